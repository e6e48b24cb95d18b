import TestSupport
import Testing

@testable import Sessions

/// A cluster without servers for some or all of its slots. What is used, and what is not, is in the log.
@Suite(.serialized) struct RedisClusterGapTests {
    private let folder: TestFolder
    private let database: SharedDatabase
    private let node: RedisServer
    private let url: String

    private static let connected = "info: ✓ Connected to Redis for session storage"
    private static let fallback = "info: Using database for session storage"

    init() throws {
        folder = try TestFolder()
        database = try SharedDatabase()
        var settings = [
            "cluster-enabled": "yes", "cluster-config-file": "nodes.conf", "cluster-require-full-coverage": "no",
        ]
        var ports = try Endpoint.freePorts(2)
        if try ServerPrograms.redisVersion >= 7 {
            settings["cluster-port"] = "\(ports[1])"
        } else {
            // The port of the bus is 10,000 above.
            while ports[0] > 55_000 { ports = try Endpoint.freePorts(2) }
        }
        node = try RedisServer(in: folder, settings: settings, tcpPort: ports[0])
        url = "redis+cluster://\(node.tcpEndpoint)"
    }

    private func assign(_ slots: Range<Int>) throws {
        try node.command(["CLUSTER", "ADDSLOTS"] + slots.map(String.init))
    }

    /// Waits until the log has these lines about Redis, and no others.
    private func expect(_ lines: [String], of pod: TestStore) async throws {
        try eventually("it is said", within: .seconds(5), log: pod.log.text) {
            let said = pod.log.text.split(separator: "\n").filter {
                $0.contains("Redis") || $0.contains("session storage")
            }
            return said.count == lines.count && zip(said, lines).allSatisfy { $0.contains($1) }
        }
    }

    @Test func `a node without slots is reported, then used when it has them, and reported when it has lost them`()
        async throws
    {
        let failed =
            "warning: Failed to connect to Redis: \(node.tcpEndpoint): the node knows no server for any slot; has the cluster been made"
        let pod = try await RedisDrill.pod(of: database, url)
        try await expect([failed, Self.fallback], of: pod)
        #expect(await !pod.store.usesRedis)
        try assign(0..<16384)
        // The node says for a moment that its cluster is down.
        try eventually("it is used", within: .seconds(5), log: pod.log.text) {
            pod.log.text.split(separator: "\n").last { $0.contains("session storage") } == "\(Self.connected)"
        }
        #expect(await pod.store.usesRedis)
        try node.command("FLUSHALL")
        try node.command("CLUSTER", "FLUSHSLOTS")
        let token = try #require(try TestStore.tokens(1, on: database.server, database.name).first)
        for _ in 0..<3 { #expect(try await pod.store.session(for: token) != nil) }
        try await eventually("it is noticed", within: .seconds(15), log: pod.log.text) {
            await !pod.store.usesRedis
        }
        #expect(pod.log.text.split(separator: "\n").last { $0.contains("session storage") } == "\(Self.fallback)")
        await pod.store.close()
    }

    @Test func `slots without a server are reported, and the others used`() async throws {
        try assign(0..<10_000)
        let pod = try await RedisDrill.pod(of: database, url)
        let failed = "warning: Failed to connect to Redis: 6384 of 16384 slots have no server"
        // The node says for a moment that its cluster is down.
        try eventually("it is said", within: .seconds(5), log: pod.log.text) {
            let lines = pod.log.text.split(separator: "\n").map(String.init)
            return lines.contains(failed) && lines.last == "\(Self.fallback), for the keys of the lost servers"
        }
        #expect(await pod.store.usesRedis)
        await pod.store.close()
    }

    @Test func `a cluster that is down for lack of slots is reported as such`() async throws {
        try node.command("CONFIG", "SET", "cluster-require-full-coverage", "yes")
        try assign(0..<10_000)
        let pod = try await RedisDrill.pod(of: database, url)
        try eventually("it is said", within: .seconds(5), log: pod.log.text) {
            pod.log.text.contains("CLUSTERDOWN The cluster is down") && pod.log.text.contains(Self.fallback)
        }
        let token = try #require(try TestStore.tokens(1, on: database.server, database.name).first)
        for _ in 0..<20 {
            #expect(try await pod.store.session(for: token) != nil)
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(!pod.log.text.contains("✓ Connected"))
        #expect(await !pod.store.usesRedis)
        try assign(10_000..<16_384)
        try await eventually("Redis is in use", within: .seconds(5), log: pod.log.text) {
            await pod.store.usesRedis && pod.log.text.contains(Self.connected)
        }
        await pod.store.close()
    }
}
