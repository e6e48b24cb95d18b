import EventLoop
import FoundationEssentials
import TestSupport
import Testing

@testable import Sessions

/// Redis behind TLS.
@Suite struct RedisTLSTests {
    static let password = "sesame-open"

    private let folder: TestFolder
    let tls: TLSFiles

    init() throws {
        folder = try TestFolder()
        tls = try TLSFiles(in: folder)
    }

    func server(_ settings: [String: String] = [:]) throws -> RedisServer {
        try RedisServer(
            in: folder, settings: ["requirepass": Self.password].merging(settings) { $1 },
            tcpPort: Endpoint.freePort(), tls: tls)
    }

    private func url(_ server: RedisServer, host: String = "127.0.0.1", scheme: String = "rediss") -> String {
        "\(scheme)://:\(Self.password)@\(host):\(server.tcpPort ?? 0)"
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func `sessions are shared over TLS, by the server's name and by its address`(host: String) async throws {
        let server = try server()
        var drill = try await RedisDrill(
            url(server, host: host), tls: RedisTLS(authorities: tls.authority), deadline: .seconds(1))
        #expect(try await drill.shared(drill.live) == drill.live.count)
        #expect(drill.probe.log.text.contains("info: ✓ Connected to Redis for session storage"))
        try await drill.end()
        try await drill.finish(secrets: [Self.password])
    }

    @Test func `the client's certificate is sent to a server that requests it`() async throws {
        let server = try server(["tls-auth-clients": "yes"])
        let shown = try RedisTLS(authorities: tls.authority, certificate: tls.clientCertificate, key: tls.clientKey)
        let drill = try await RedisDrill(url(server), tls: shown, deadline: .seconds(1))
        #expect(try await drill.shared(drill.live) == drill.live.count)
        try await drill.finish(secrets: [Self.password])
    }

    @Test func `a server that comes back with a new certificate is in use again within two seconds`() async throws {
        let server = try server()
        var drill = try await RedisDrill(url(server, host: "localhost"), tls: RedisTLS(authorities: tls.authority))
        // At the old path, as certificates are renewed. The first one is wrong.
        for (name, names) in [("wrong", ["DNS:elsewhere"]), ("renewed", ["DNS:localhost"])] {
            try server.stop()
            let new = try tls.issued(to: names, named: name)
            for (from, to) in [(new.file, tls.certificate), (new.key, tls.key)] {
                try Data(contentsOf: URL(filePath: from)).write(to: URL(filePath: to))
            }
            try await drill.end()
            try server.start()
            if name == "wrong" { try await drill.awaitLog("certificate is refused: hostname mismatch") }
        }
        try await drill.expectReturn(since: .now)
        try await drill.finish(secrets: [Self.password])
    }

    @Test func `ten thousand concurrent checks over TLS each get their own session`() async throws {
        let server = try server()
        let drill = try await RedisDrill(
            url(server), tls: RedisTLS(authorities: tls.authority), deadline: .seconds(20), sessions: 500)
        let before = await drill.probe.store.counts
        let answers = await Self.askAtOnce(10_000, drill)
        #expect(answers.right == 10_000)
        #expect(answers.wrong == 0)
        #expect(await drill.probe.store.counts[.fromRedis] == before[.fromRedis] + 10_000)
        #expect(await drill.probe.store.counts[.lookUps] == before[.lookUps])
        try await drill.finish(secrets: [Self.password])
    }

    /// Checks all sessions in one turn of the loop.
    @EventLoop
    private static func askAtOnce(_ count: Int, _ drill: RedisDrill) async -> (right: Int, wrong: Int) {
        var (right, wrong) = (0, 0)
        await withCheckedContinuation { continuation in
            for index in 0..<count {
                let number = index % drill.live.count
                drill.probe.store.lookUp(drill.live[number]) { result in
                    if case .success(let session?) = result, Session(session).identity.userID == "id-\(number + 1)" {
                        right += 1
                    } else {
                        wrong += 1
                    }
                    if right + wrong == count { continuation.resume() }
                }
            }
        }
        return (right, wrong)
    }

    @Test func `a silent server is left out, and used once it answers`()
        async throws
    {
        let server = try server()
        var drill = try await RedisDrill(url(server), tls: RedisTLS(authorities: tls.authority))
        try server.pause()
        // Attempts stall during the handshake until their deadline.
        try await drill.awaitLog("Failed to connect to Redis: ")
        try await drill.end()
        #expect(try await drill.shared(drill.live) == 0)
        server.resume()
        try await drill.expectReturn(since: .now)
        try await drill.finish(secrets: [Self.password])
    }

    @Test func `connections cut or stalled within TLS records violate no guarantee`() async throws {
        let server = try server()
        let port = try Endpoint.freePort()
        let proxy = try SocketProxy(listening: .tcp(port: port), server: server.tcpEndpoint)
        var drill = try await RedisDrill(
            "rediss://:\(Self.password)@localhost:\(port)", tls: RedisTLS(authorities: tls.authority))
        for flow in [SocketProxy.Flow.toServer, .toClient, .both] {
            for _ in 0..<5 {
                proxy.cut()
                try await drill.awaitChecks(20)
            }
            proxy.pause(flow)
            try await drill.awaitChecks(100)
            proxy.resume()
            try await drill.expectReturn(since: .now)
        }
        try await drill.end()
        try await drill.finish(secrets: [Self.password])
    }
}
