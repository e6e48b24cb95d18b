import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The loss and return of a cluster's servers.
extension RedisClusterTests {
    /// Sets whether the other servers continue while one is missing.
    private func allowGaps(_ allows: Bool) throws {
        for node in cluster.nodes where node.isReady {
            try node.command("CONFIG", "SET", "cluster-require-full-coverage", allows ? "no" : "yes")
        }
    }

    @Test func `no check fails when a primary hands over to its replica under load`() async throws {
        var drill = try await RedisDrill(cluster.url, sessions: 30)
        for primary in try cluster.primaries() {
            let replica = try #require(cluster.replicas(of: primary).first)
            let slot = Self.slot(try #require(tokens(on: primary, of: drill.live).first))
            try replica.command("CLUSTER", "FAILOVER")
            try cluster.waitForFailover(ofSlot: slot, from: primary)
            try await drill.expectReturn(since: .now)
            try await drill.end()
        }
        try await drill.finish()
    }

    enum Loss: CaseIterable {
        case killed, frozen
    }

    @Test(arguments: Loss.allCases)
    func `sessions of a lost primary come from PostgreSQL until its replica takes over`(
        loss: Loss
    ) async throws {
        try allowGaps(true)
        var drill = try await RedisDrill(cluster.url, sessions: 30)
        let primary = try cluster.primaries()[0]
        let lost = try tokens(on: primary, of: drill.live)
        let kept = drill.live.filter { token in !lost.contains { $0.hash == token.hash } }
        try #require(!lost.isEmpty && !kept.isEmpty)
        switch loss {
        case .killed: primary.kill()
        case .frozen: try primary.pause()
        }
        let begun = BootInstant.now
        for token in lost { #expect(try await drill.ask(token).session != nil) }
        // The other sessions are still answered from Redis, as the replica needs at least a second to take over. If a
        // machine is so slow that another server misses its deadline too, the pods log it, and this check proves
        // nothing.
        let time = try await drill.timeUntilShared(kept, since: begun)
        let isSlow = [drill.watched, drill.probe].contains { pod in
            pod.log.lines(with: "Failed to connect to Redis: ").contains { !$0.contains("\(primary.tcpEndpoint): ") }
        }
        #expect(time < .seconds(1) || isSlow)
        let reason = loss == .killed ? "Connection refused" : "no reply within the deadline"
        try await drill.awaitLog("warning: Failed to connect to Redis: \(primary.tcpEndpoint): \(reason)")
        try await drill.awaitLog("info: Using database for session storage, for the keys of the lost servers")
        try await drill.end()

        try cluster.waitForFailover(ofSlot: Self.slot(lost[0]), from: primary)
        try await drill.expectReturn(since: .now)
        let log = drill.probe.log
        try eventually("it is said", log: log.text) {
            log.lines(with: "✓ Connected to Redis").count == 2
        }
        if loss == .frozen { primary.resume() } else { try primary.start() }
        try await drill.end()
        try cluster.waitUntilReady()
        try await drill.expectReturn(since: .now)
        try await drill.finish()
        try allowGaps(false)
    }

    @Test func `while the cluster serves no slot PostgreSQL answers`() async throws {
        try allowGaps(false)
        var drill = try await RedisDrill(cluster.url, sessions: 30)
        let primary = try cluster.primaries()[0]
        let replica = try #require(cluster.replicas(of: primary).first)
        let other = try cluster.primaries()[1]
        let slot = Self.slot(try #require(tokens(on: primary, of: drill.live).first))
        // No server can take over.
        replica.kill()
        primary.kill()
        try eventually("the others do not serve", within: .seconds(5)) {
            try other.command("CLUSTER", "INFO").contains("cluster_state:fail")
        }
        try await drill.end()
        try await drill.awaitChecks(200)
        #expect(try await drill.shared(drill.live) == 0)
        try primary.start()
        try eventually("the cluster serves", within: .seconds(10)) {
            try [primary, other].allSatisfy { try $0.command("CLUSTER", "INFO").contains("cluster_state:ok") }
                && cluster.node(ofSlot: slot) === primary
        }
        try await drill.expectReturn(since: .now)
        try await drill.finish()
    }

    @Test func `the loss and return of a whole cluster is handled`() async throws {
        var drill = try await RedisDrill(cluster.url, sessions: 30)
        for node in cluster.nodes { node.kill() }
        try await drill.awaitLog("info: Using database for session storage", isWholeLine: true)
        // A pod that starts now finds no server.
        let newcomer = try await RedisDrill.pod(of: drill.database, cluster.url)
        try eventually("it is said", log: newcomer.log.text) {
            newcomer.log.text.contains("Failed to connect to Redis: 127.0.0.1:")
        }
        for pod in [drill.watched, drill.probe, newcomer] { #expect(await !pod.store.usesRedis) }
        try await drill.end()
        #expect(try await drill.shared(drill.live) == 0)
        #expect(try await newcomer.store.session(for: drill.live[0]) != nil)

        for node in cluster.nodes { try node.start() }
        try cluster.waitUntilReady()
        let wellAt = BootInstant.now
        try await drill.expectReturn(since: wellAt)
        try await eventually("Redis is in use", log: newcomer.log.text) { await newcomer.store.usesRedis }
        #expect(.now - wellAt <= RedisDrill.returnLimit)
        for pod in [drill.watched, drill.probe, newcomer] {
            try eventually("all servers are in use", within: .seconds(3), log: pod.log.text) {
                pod.log.lines(with: "edis").last == "info: ✓ Connected to Redis for session storage"
            }
        }
        await newcomer.store.close()
        try await drill.finish()
    }
}
