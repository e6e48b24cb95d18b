import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Entries that are delayed on the way to Redis until they are outdated.
@Suite(.serialized) struct RedisFrozenFillTests {
    /// Delays entries on the way to Redis.
    ///
    /// - Parameter deadline: The deadline of the store's commands. With the short one the store has given up the
    ///   connection when its last bytes arrive. With the long one it is still waiting.
    @Test(arguments: [Duration.milliseconds(50), .seconds(5)])
    func `an entry that arrives after the session's end is not used`(deadline: Duration) async throws {
        let pods = try await RedisPods()
        let (folder, database) = (pods.folder, pods.database)
        let way = try folder.makeFolder("way")
        let postgreSQL = try SocketProxy(before: database.server, socketFolder: way)
        let redis = try SocketProxy(listening: .unix(folder.path("way.sock")), server: pods.redis.endpoint)
        let slow = try await RedisPods.pod(
            database.server.url(database: database.name, through: way), redis: "unix://\(folder.path("way.sock"))",
            deadline: deadline)
        try await RedisPods.waitUntilItUsesRedis(slow)
        // Two sessions that end, and one that stays live and shows that the delayed entries are valid.
        let tokens = try pods.tokens(3)
        let keys = tokens.map(RedisPods.key)

        // Redis is empty. The response of PostgreSQL is held back until the connection to Redis is blocked.
        postgreSQL.pause(.toClient)
        let before = await slow.store.counts[.lookUps]
        let checks = tokens.map { token in Task { try await slow.store.session(for: token) } }
        try await eventually("PostgreSQL is asked", every: .milliseconds(1)) {
            await slow.store.counts[.lookUps] == before + 3
        }
        redis.pause(.toServer)
        postgreSQL.resume()
        for check in checks { #expect(try await check.value != nil) }
        let client = try pods.connect()
        for key in keys { #expect(try client.value(of: key) == nil) }

        // The other stores have never seen these sessions, so the delayed entries are their only information.
        try await pods.pods[0].store.revoke(tokens[0])
        try database.psql("SELECT revoke_access_token('\(tokens[1].secretText)')")
        let limit = BootInstant.now + TestStore.revocationDelay
        let watch = await PromiseWatch([slow, pods.pods[0], pods.pods[2]])
        for (index, token) in tokens.prefix(2).enumerated() {
            let number = await watch.add(token, of: "id-\(index + 1)")
            await watch.willEnd(number)
            await watch.hasEnded(number)
        }
        if deadline < .seconds(1) {
            try await eventually("the store has left the connection") { await !slow.store.usesRedis }
        }
        try eventually("it is later", within: .seconds(2)) { BootInstant.now > limit }
        for key in keys { #expect(try client.value(of: key) == nil) }
        redis.resume()
        try eventually("the fills arrive", every: .milliseconds(1)) {
            try keys.allSatisfy { try client.value(of: $0) != nil }
        }
        try await eventually("all have refused them", within: .seconds(5)) { await watch.hasSeenEnds }
        let violations = await watch.stop().violations
        #expect(violations == [])
        // Also on a store that has never seen the sessions, and on one that has just started.
        for pod in [pods.pods[1], try await pods.pod(), slow] {
            for token in tokens.prefix(2) { #expect(try await pod.store.session(for: token) == nil) }
        }
        #expect(try await pods.pods[1].isShared(tokens[2]))
        for key in keys { #expect(try client.value(of: key) != nil) }
        try await RedisPods.waitUntilItUsesRedis(slow, within: .seconds(2))
    }
}
