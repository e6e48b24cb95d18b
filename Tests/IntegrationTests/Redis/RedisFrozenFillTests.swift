import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Entries that are delayed on the way to Redis until they are outdated.
@Suite(.serialized) struct RedisFrozenFillTests {
    /// - Parameter deadline: of the store's commands. After the shorter one it has given up the connection by the time
    ///   at which its last words arrive; after the longer one it still waits there.
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
        // Two that end, and one that goes on, to show that what arrives is worth something otherwise.
        let tokens = try pods.tokens(3)
        let keys = tokens.map(RedisPods.key)

        // Redis has nothing, PostgreSQL's answer is held back until nothing gets through to Redis any more.
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

        // Nobody else has seen them, so that what arrives is the only word on them.
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
        #expect(await watch.stop().violations == [])
        // Also one that has never seen them, and one that has just begun.
        for pod in [pods.pods[1], try await pods.pod(), slow] {
            for token in tokens.prefix(2) { #expect(try await pod.store.session(for: token) == nil) }
        }
        #expect(try await pods.pods[1].isShared(tokens[2]))
        for key in keys { #expect(try client.value(of: key) != nil) }
        try await RedisPods.waitUntilItUsesRedis(slow, within: .seconds(2))
    }
}
