import EventLoop
import FoundationEssentials
import TestSupport
import Testing

@testable import Sessions

/// The authentication of a store at Redis, and the log lines about its failure.
@Suite struct RedisLoginTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    /// Credentials that Redis accepts.
    struct Login: CustomTestStringConvertible {
        let testDescription: String
        /// The part of the URL before the host.
        let userInfo: String
        var settings: [String: String] = [:]
        let secret: String
    }

    static let logins = [
        Login(
            testDescription: "a password", userInfo: ":sesame-1@", settings: ["requirepass": "sesame-1"],
            secret: "sesame-1"),
        Login(
            testDescription: "a lone user part", userInfo: "sesame-2@", settings: ["requirepass": "sesame-2"],
            secret: "sesame-2"),
        Login(
            testDescription: "a password that is percent-encoded", userInfo: ":p%40s%2Fw%3Ard%25@",
            settings: ["requirepass": "p@s/w:rd%"], secret: "p@s/w:rd%"),
        Login(
            testDescription: "a user who may do what is needed and no more", userInfo: "gate:secret-3@",
            settings: ["user": "gate on >secret-3 ~authfcgi:* +mget +set +del\ndefault off"], secret: "secret-3"),
    ]

    @Test(arguments: logins)
    func `a store is admitted by`(login: Login) async throws {
        let server = try RedisServer(in: folder, settings: login.settings, tcpPort: Endpoint.freePort())
        let drill = try await RedisDrill(
            "redis://\(login.userInfo)127.0.0.1:\(server.tcpPort ?? 0)", deadline: .seconds(1))
        #expect(try await drill.shared(drill.live) == drill.live.count)
        #expect(drill.probe.log.lines(with: "Redis") == ["info: ✓ Connected to Redis for session storage"])
        try await drill.finish(secrets: [login.secret])
    }

    /// Credentials that Redis refuses until `remedy` is run.
    struct Refusal: CustomTestStringConvertible {
        let testDescription: String
        var userInfo = ":secret-word@"
        var path = ""
        var settings = ["requirepass": "secret-word"]
        /// The text in the log.
        let reason: String
        /// The command after which Redis accepts them.
        var remedy: [String] = []
    }

    static let refusals = [
        Refusal(
            testDescription: "a wrong password", settings: ["requirepass": "another"], reason: "WRONGPASS",
            remedy: ["CONFIG", "SET", "requirepass", "secret-word"]),
        Refusal(
            testDescription: "no password", userInfo: "", reason: "NOAUTH",
            remedy: ["ACL", "SETUSER", "default", "nopass"]),
        Refusal(
            testDescription: "an unknown user", userInfo: "gate:secret-word@", settings: [:], reason: "WRONGPASS",
            remedy: ["ACL", "SETUSER", "gate", "on", ">secret-word", "~*", "+@all"]),
        Refusal(
            testDescription: "a user who may not read", userInfo: "gate:secret-word@",
            settings: ["user": "gate on >secret-word ~* +set +del"], reason: "NOPERM",
            remedy: ["ACL", "SETUSER", "gate", "+mget"]),
        Refusal(
            testDescription: "a user for other keys", userInfo: "gate:secret-word@",
            settings: ["user": "gate on >secret-word ~other:* +@all"], reason: "NOPERM",
            remedy: ["ACL", "SETUSER", "gate", "~authfcgi:*"]),
        Refusal(
            testDescription: "a user who is off", userInfo: "gate:secret-word@",
            settings: ["user": "gate off >secret-word ~* +@all"], reason: "WRONGPASS",
            remedy: ["ACL", "SETUSER", "gate", "on"]),
        Refusal(
            testDescription: "a database that does not exist", path: "/7",
            settings: ["requirepass": "secret-word", "databases": "7"], reason: "ERR DB index is out of range"),
        Refusal(
            testDescription: "a password that is not asked for", settings: [:],
            reason: "ERR AUTH <password> called without any password configured for the default user",
            remedy: ["CONFIG", "SET", "requirepass", "secret-word"]),
    ]

    @Test(arguments: refusals)
    func `the log has Redis's reason, and Redis is used as soon as it admits the store`(
        refusal: Refusal
    ) async throws {
        let server = try RedisServer(in: folder, settings: refusal.settings, tcpPort: Endpoint.freePort())
        var drill = try await RedisDrill(
            "redis://\(refusal.userInfo)127.0.0.1:\(server.tcpPort ?? 0)\(refusal.path)", isReachable: false)
        try await drill.awaitLog(
            "warning: Failed to connect to Redis: 127.0.0.1:\(server.tcpPort ?? 0): \(refusal.reason)")
        try await drill.awaitLog("info: Using database for session storage")
        try await drill.end()
        try await drill.awaitChecks(200)
        #expect(try await drill.shared(drill.live) == 0)
        for pod in [drill.watched, drill.probe] {
            // A busy machine may have another reason too: no reply in time.
            #expect(pod.log.lines(with: refusal.reason).count == 1, "\(pod.log.text)")
        }
        if !refusal.remedy.isEmpty {
            try server.command(refusal.remedy)
            try await drill.expectReturn(since: .now)
            try await drill.awaitLog("info: ✓ Connected to Redis for session storage")
        }
        try await drill.finish(secrets: ["secret-word"])
    }

    @Test func `entries are in the database of the URL, under the prefix and the hash`() async throws {
        let server = try RedisServer(in: folder, tcpPort: Endpoint.freePort())
        let drill = try await RedisDrill("redis://127.0.0.1:\(server.tcpPort ?? 0)/3", sessions: 5)
        for token in drill.live {
            #expect(try server.command("-n", "3", "EXISTS", "authfcgi:\(token.hash.hex)") == "1")
        }
        let keySpace = try server.command("INFO", "keyspace")
        #expect(keySpace.contains("db3:") && !keySpace.contains("db0:"))
        try await drill.finish()
    }

    /// The addresses and names of this machine, with an IPv6 address only if it has one.
    static let hosts: [String] = {
        let addresses = FileManager.default.contents(atPath: "/proc/net/if_inet6") ?? Data()
        let hasIPv6 = String(decoding: addresses, as: UTF8.self).contains("00000000000000000000000000000001 ")
        return ["127.0.0.1", "localhost", "LOCALHOST"] + (hasIPv6 ? ["[::1]"] : [])
    }()

    @Test(arguments: hosts)
    func `a server is found by an address or by a name`(host: String) async throws {
        let bind = host == "[::1]" ? "::1" : "127.0.0.1"
        let server = try RedisServer(in: folder, settings: ["bind": bind], tcpPort: Endpoint.freePort())
        let drill = try await RedisDrill("redis://\(host):\(server.tcpPort ?? 0)", deadline: .seconds(1))
        #expect(try await drill.shared(drill.live) == drill.live.count)
        try await drill.finish()
    }

    @Test func `an unresolvable host name is given as the reason`() async throws {
        var drill = try await RedisDrill("redis://nowhere.invalid:6379", isReachable: false)
        try await drill.awaitLog(
            "Failed to connect to Redis: nowhere.invalid:6379: cannot resolve the host name nowhere.invalid: ")
        try await drill.end()
        #expect(try await drill.shared(drill.live) == 0)
        try await drill.finish()
    }
}
