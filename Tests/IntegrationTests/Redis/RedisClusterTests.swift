import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A cluster, whose servers share the sessions, and slots in migration.
@Suite(.serialized, .sharesCluster) struct RedisClusterTests {
    let cluster: RedisCluster

    init() throws {
        cluster = try SharesRedis.cluster()
    }

    // MARK: Locations of sessions

    private static func key(_ token: SessionToken) -> String { "authfcgi:\(token.hash.hex)" }

    static func slot(_ token: SessionToken) -> Int { RedisHashSlot(of: Array(key(token).utf8)).number }

    /// Returns the tokens of the sessions that are stored on a server.
    func tokens(on server: RedisServer, of tokens: [SessionToken]) throws -> [SessionToken] {
        let entry = try #require(cluster.roster(of: server).first { $0.port == server.tcpPort })
        return tokens.filter { token in entry.slots.contains { $0.contains(Self.slot(token)) } }
    }

    /// Returns the number of replies of a server with an error.
    private func errors(_ code: String, of server: RedisServer) throws -> Int {
        let lines = try server.command("INFO", "errorstats").split(whereSeparator: \.isNewline)
        let count = lines.first { $0.hasPrefix("errorstat_\(code):") }?.split(separator: "=").last
        return count.flatMap { Int($0) } ?? 0
    }

    // MARK: Normal operation

    @Test func `sessions are spread over all servers, and each is answered by its own`() async throws {
        var drill = try await RedisDrill(cluster.url, deadline: .seconds(1), sessions: 90)
        let primaries = try cluster.primaries()
        for primary in primaries {
            let own = try tokens(on: primary, of: drill.live)
            #expect(own.count > 10)
            for token in own.prefix(3) { #expect(try primary.command("EXISTS", Self.key(token)) == "1") }
            try primary.command("CONFIG", "RESETSTAT")
        }
        #expect(try await drill.shared(drill.live) == drill.live.count)
        for primary in primaries { #expect(try errors("MOVED", of: primary) == 0) }
        let lines = drill.probe.log.lines(with: "Redis")
        #expect(lines == ["info: ✓ Connected to Redis for session storage"])
        // A logout on a pod removes the entry, on any server.
        let (token, _) = try await drill.probe.signIn("gone")
        _ = try await drill.timeUntilShared([token], since: .now)
        try await drill.probe.store.revoke(token)
        let server = try cluster.node(ofSlot: Self.slot(token))
        try eventually("the entry is gone") { try server.command("EXISTS", Self.key(token)) == "0" }
        try await drill.end()
        try await drill.finish()
    }

    @Test func `one reachable seed is enough`() async throws {
        let dead = try Endpoint.freePorts(4).map { "127.0.0.1:\($0)" }
        let last = try #require(cluster.replicas(of: cluster.primaries()[0]).first)
        let seeds = (dead + ["\(last.tcpEndpoint)"]).joined(separator: ",")
        let drill = try await RedisDrill("redis+cluster://\(seeds)", deadline: .seconds(1), sessions: 30)
        #expect(try await drill.shared(drill.live) == drill.live.count)
        try await drill.finish()
    }

    // MARK: Slots in migration

    @Test func `moved slots are followed at once under load`() async throws {
        var drill = try await RedisDrill(cluster.url, deadline: .seconds(1), sessions: 30)
        let primaries = try cluster.primaries()
        for token in drill.live.prefix(6) {
            let slot = Self.slot(token)
            let source = try cluster.node(ofSlot: slot)
            let target = try #require(primaries.first { $0 !== source })
            let moved = try errors("MOVED", of: source)
            let before = await drill.probe.store.counts[.lookUps]
            try cluster.migrateSlot(slot, to: target)
            // The first reply redirects the pod to the new server.
            #expect(try await drill.shared([token, token, token]) == 3)
            #expect(await drill.probe.store.counts[.lookUps] == before)
            #expect(try errors("MOVED", of: source) > moved)
        }
        try await drill.end()
        #expect(try await drill.shared(drill.live) == drill.live.count)
        try await drill.finish()
    }

    @Test func `a migrating slot is queried at both nodes`() async throws {
        var drill = try await RedisDrill(cluster.url, deadline: .seconds(1), sessions: 20)
        let token = drill.live[0]
        let slot = Self.slot(token)
        let source = try cluster.node(ofSlot: slot)
        let target = try #require(cluster.primaries().first { $0 !== source })
        let asked = try errors("ASK", of: source)
        let migration = try cluster.beginMigration(ofSlot: slot, to: target)
        #expect(try await drill.shared([token, token]) == 2)
        #expect(try errors("ASK", of: source) == asked)
        try migration.moveKeys()
        #expect(try await drill.shared([token, token, token]) == 3)
        #expect(try errors("ASK", of: source) >= asked + 3)
        try migration.finish()
        #expect(try await drill.shared([token, token]) == 2)

        // A session that is looked up for the first time during the migration of its slot: its entry is created on the
        // new server.
        let (newcomer, _) = try await drill.probe.signIn("newcomer")
        let other = Self.slot(newcomer)
        let home = try cluster.node(ofSlot: other)
        let next = try #require(cluster.primaries().first { $0 !== home })
        let second = try cluster.beginMigration(ofSlot: other, to: next)
        #expect(try await !drill.ask(newcomer).isShared)
        try eventually("the entry is in the new place") {
            try next.command("CLUSTER", "COUNTKEYSINSLOT", "\(other)") == "1"
        }
        #expect(try home.command("CLUSTER", "COUNTKEYSINSLOT", "\(other)") == "0")
        #expect(try await drill.shared([newcomer, newcomer]) == 2)
        // The entry is deleted there too.
        try await drill.probe.store.revoke(newcomer)
        try eventually("the entry is gone") {
            try next.command("CLUSTER", "COUNTKEYSINSLOT", "\(other)") == "0"
        }
        #expect(try await drill.ask(newcomer).session == nil)
        try second.finish()
        try await drill.end()
        try await drill.finish()
    }
}
