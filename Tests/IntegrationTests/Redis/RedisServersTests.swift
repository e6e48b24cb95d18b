import FoundationEssentials
import TestSupport
import Testing

/// The Redis servers of the tests behave as other suites require.
@Suite(.serialized) struct RedisServersTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    @Test func `a server keeps what is set, byte for byte, and forgets it when restarted`() throws {
        let server = try RedisServer(in: folder, settings: ["maxmemory": "16mb"])
        #expect(server.isReady)
        #expect(server.url == "unix://\(server.socket)")
        #expect(try server.command("SET", "key", "a value") == "OK")
        #expect(try server.command("GET", "key") == "a value")
        #expect(try server.command("GET", "none") == "")
        #expect(try server.command("SET", #""\x00k""#, #""\xff\x00\n""#, isQuoted: true) == "OK")
        #expect(try server.command("GET", #""\x00k""#, isQuoted: true) == #""\xff\x00\n""#)
        #expect(try server.command("CONFIG", "GET", "maxmemory") == "maxmemory\n16777216")
        #expect(throws: SupportError.self) { try server.command("LPUSH", "key", "1") }
        #expect(try server.command("DEBUG", "SLEEP", "0") == "OK")
        try server.restart()
        #expect(try server.command("DBSIZE") == "0")
    }

    @Test func `a killed server comes back on its socket and its port, with the dump that was saved`() throws {
        let server = try RedisServer(in: folder, tcpPort: Endpoint.freePort())
        try server.command("SET", "saved", "1")
        try server.command("SAVE")
        try server.command("SET", "later", "2")
        let process = try server.processIdentifier
        server.kill()
        #expect(!ProcessInspector(process).exists)
        #expect(!server.isReady && !server.endpoint.isListening && !server.tcpEndpoint.isListening)
        try server.start()
        #expect(try server.tcpCommand("GET", "saved") == "1")
        #expect(try server.command("EXISTS", "later") == "0")
        #expect(server.log.contains("DB loaded from disk"))
    }

    @Test func `a frozen server accepts connections and does not answer until it is resumed`() throws {
        let server = try RedisServer(in: folder)
        try server.pause()
        #expect(server.endpoint.isListening && server.isRunning)
        #expect(!server.isReady)
        server.resume()
        try eventually("it answers again") { server.isReady }
        try server.pause()
        try server.stop()
        #expect(!server.isRunning)
    }

    @Test func `a server ends with its last reference`() throws {
        let process = try RedisServer(in: folder).processIdentifier
        #expect(!ProcessInspector(process).exists)
    }

    @Test func `a server with a password refuses clients without it`() throws {
        let server = try RedisServer(
            in: folder, settings: ["requirepass": "sesame", "user": "reader on >secret ~* +get +ping"])
        #expect(try server.command("SET", "key", "1") == "OK")
        #expect(throws: SupportError.self) { try server.command("GET", "key", password: "wrong") }
        #expect(try server.command("GET", "key", user: "reader", password: "secret") == "1")
        #expect(throws: SupportError.self) {
            try server.command("SET", "key", "2", user: "reader", password: "secret")
        }
    }

    @Test func `TLS works for clients that trust the authority and use the server's name`() throws {
        let tls = try TLSFiles(in: folder)
        let server = try RedisServer(in: folder, tcpPort: Endpoint.freePort(), tls: tls)
        #expect(server.tcpURL.hasPrefix("rediss://127.0.0.1:"))
        #expect(try server.tcpCommand("PING") == "PONG")
        #expect(throws: SupportError.self) {
            try server.tcpCommand("PING", trusting: tls.otherAuthority().file)
        }
        // This port accepts only TLS.
        #expect(throws: SupportError.self) {
            try ServerProcess.output(
                ServerPrograms.redisClient, ["-e", "-p", "\(server.tcpPort ?? 0)", "PING"])
        }
    }

    @Test func `with TLS a server may request a certificate`() throws {
        let tls = try TLSFiles(in: folder)
        let server = try RedisServer(
            in: folder, settings: ["tls-auth-clients": "yes"], tcpPort: Endpoint.freePort(), tls: tls)
        #expect(throws: SupportError.self) { try server.tcpCommand("PING") }
        #expect(try server.tcpCommand("PING", certificate: tls.client) == "PONG")
    }

    @Test func `certificates have the requested properties`() throws {
        let tls = try TLSFiles(in: folder)
        #expect(try Self.verify(tls.server, by: tls.authority, ["-verify_ip", "127.0.0.1"]) == nil)
        #expect(try Self.verify(tls.server, by: tls.authority, ["-verify_hostname", "localhost"]) == nil)
        #expect(try Self.verify(tls.client, by: tls.authority) == nil)
        let mismatch = "hostname mismatch"
        #expect(try Self.verify(tls.server, by: tls.authority, ["-verify_hostname", "other"]) == mismatch)
        let other = try tls.issued(to: ["DNS:other"], named: "other")
        #expect(try Self.verify(other, by: tls.authority, ["-verify_hostname", "other"]) == nil)
        #expect(try Self.verify(other, by: tls.authority, ["-verify_hostname", "localhost"]) == mismatch)
        #expect(try Self.verify(tls.expired(), by: tls.authority) == "certificate has expired")
        let foreign = try tls.issuedByOtherAuthority()
        #expect(try Self.verify(foreign, by: tls.authority) == "unable to get local issuer certificate")
        #expect(try Self.verify(foreign, by: tls.otherAuthority().file) == nil)
    }

    @Test(arguments: [nil, "secret"])
    func `sentinels replace a lost primary, which returns as a replica`(password: String?) throws {
        let sentinels = try RedisSentinels(
            in: folder, password: password, sentinelPassword: password.map { "sentinels-\($0)" })
        #expect(sentinels.url.hasPrefix("redis+sentinel://127.0.0.1:") && sentinels.url.hasSuffix("/mymaster"))
        #expect(sentinels.url.split(separator: ",").count == 3)
        #expect(try sentinels.currentPrimary() == sentinels.primary.tcpEndpoint)
        try sentinels.primary.command("SET", "key", "1")
        try sentinels.replica.waitUntilInStep(with: sentinels.primary)

        sentinels.primary.kill()
        #expect(try sentinels.waitForFailover(from: sentinels.primary) === sentinels.replica)
        #expect(try sentinels.currentPrimary() == sentinels.replica.tcpEndpoint)
        #expect(try sentinels.replica.command("GET", "key") == "1")
        try sentinels.primary.start()
        try sentinels.primary.waitUntil(isPrimary: false)
    }

    @Test func `sentinels replace a frozen primary`() throws {
        let sentinels = try RedisSentinels(in: folder)
        try sentinels.primary.pause()
        try sentinels.waitForFailover(from: sentinels.primary)
        sentinels.primary.resume()
        try sentinels.primary.waitUntil(isPrimary: false)
        try sentinels.waitUntilReady()
    }

    @Test(arguments: [nil, "secret"])
    func `a cluster moves slots and replaces primaries`(password: String?) throws {
        let cluster = try RedisCluster(in: folder, password: password)
        #expect(cluster.url.hasPrefix("redis+cluster://127.0.0.1:") && cluster.url.split(separator: ",").count == 6)
        let primaries = try cluster.primaries()
        #expect(primaries.count == 3)
        for primary in primaries { #expect(try cluster.replicas(of: primary).count == 1) }
        let keys = ["{a}1", "{a}2"]
        let slot = try cluster.slot(ofKey: "a")
        #expect(slot == 15495)
        let source = try cluster.node(ofSlot: slot)
        let target = try #require(primaries.first { $0 !== source })
        for key in keys { try source.command("SET", key, key) }
        #expect(Self.refusal { try target.command("GET", keys[0]) } == "MOVED \(slot) \(Self.address(source))")

        let migration = try cluster.beginMigration(ofSlot: slot, to: target)
        #expect(try source.command("GET", keys[0]) == keys[0])
        #expect(Self.refusal { try source.command("GET", "{a}3") } == "ASK \(slot) \(Self.address(target))")
        try migration.moveKeys()
        #expect(Self.refusal { try source.command("GET", keys[0]) } == "ASK \(slot) \(Self.address(target))")
        #expect(Self.refusal { try target.command("GET", keys[0]) } == "MOVED \(slot) \(Self.address(source))")
        try migration.finish()
        #expect(try cluster.node(ofSlot: slot) === target)
        #expect(Self.refusal { try source.command("GET", keys[0]) } == "MOVED \(slot) \(Self.address(target))")
        for key in keys { #expect(try target.command("GET", key) == key) }
        try cluster.migrateSlot(slot, to: source)
        #expect(try source.command("GET", keys[1]) == keys[1])

        let replica = try #require(cluster.replicas(of: source).first)
        try replica.waitUntilInStep(with: source)
        source.kill()
        #expect(try cluster.waitForFailover(ofSlot: slot, from: source) === replica)
        #expect(try replica.command("GET", keys[0]) == keys[0])
        try source.start()
        try cluster.waitUntilReady()
        #expect(try cluster.replicas(of: replica).contains { $0 === source })
        try source.waitUntilInStep(with: replica)
        try replica.pause()
        #expect(try cluster.waitForFailover(ofSlot: slot, from: replica) === source)
        replica.resume()
        try cluster.waitUntilReady()
    }

    /// Returns openssl's reason for rejecting a certificate, or nil if it accepts it.
    private static func verify(
        _ certificate: TLSFiles.Certificate, by authority: String, _ options: [String] = []
    ) throws -> String? {
        let arguments = ["verify", "-no-CApath", "-no-CAstore", "-CAfile", authority] + options + [certificate.file]
        let result = try ServerProcess.run("openssl", arguments)
        guard !result.status.isSuccess else { return nil }
        let line = result.errors.split(separator: "\n").first { $0.contains(" depth lookup: ") }
        return line?.split(separator: ": ").last.map(String.init) ?? result.errors
    }

    private static func address(_ server: RedisServer) -> String { server.tcpEndpoint.description }

    /// Returns the error of Redis for a command, or nil if there was none.
    private static func refusal(_ body: () throws -> String) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return "\(error)".split(separator: "\n").last.map(String.init)
        }
    }
}
