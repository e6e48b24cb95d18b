import Foundation
import TestSupport
import Testing

@testable import Sessions

/// Sessions from Redis have the same lifetime as in PostgreSQL. The database's clock is also this process's.
@Suite(.serialized) struct RedisLifetimeTests {
    private let folder: TestFolder
    private let redis: RedisServer
    private let database: SharedDatabase

    init() throws {
        folder = try TestFolder()
        redis = try RedisServer(in: folder)
        database = try SharedDatabase()
    }

    private func pod(_ kept: Int, _ configure: (inout SessionStore.Configuration) -> Void) async throws -> TestStore {
        let pod = try await RedisPods.pod(database.url, redis: redis.url) {
            $0.cachedSessions = kept
            $0.recordsLastSeen = true
            configure(&$0)
        }
        try await RedisPods.waitUntilItUsesRedis(pod)
        // A snapshot of another pod is dated by a heartbeat, and counts only if that is younger than this pod's connection.
        try await Task.sleep(for: .milliseconds(600))
        return pod
    }

    /// Checks a session on all pods in turn until each has refused. No check after the end may accept it, and no check
    /// before the end may refuse it.
    private func expect(_ pods: [TestStore], _ token: SessionToken, endAt end: Date) async throws {
        var left = pods
        while let pod = left.first {
            let asked = Date.now
            if try await pod.store.session(for: token) == nil {
                let early = end.timeIntervalSince(.now)
                #expect(early <= 0, "\(early) s before its end the session is refused")
                left.removeFirst()
            } else {
                try #require(asked < end, "\(asked.timeIntervalSince(end)) s after its end the session is accepted")
                left.append(left.removeFirst())
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    @Test(arguments: [0, 1000])
    func `a session expires exactly after its lifetime, whichever store answers`(kept: Int) async throws {
        var pods: [TestStore] = []
        for _ in 0..<2 { pods.append(try await pod(kept) { $0.lifetime = .seconds(2) }) }
        let (token, session) = try await pods[0].signIn()
        #expect(try await pods[0].store.session(for: token) != nil)
        try eventually("Redis has it") { try redis.command("EXISTS", RedisPods.key(token)) == "1" }
        #expect(try await pods[1].isShared(token))
        let left = try #require(Int(try redis.command("PTTL", RedisPods.key(token))))
        // Counted from the heartbeat by which the snapshot is dated.
        #expect(left > 0 && left <= 2500, "\(left)")
        let lookUps = await pods[1].store.counts[.lookUps]
        try await expect(pods, token, endAt: session.expiresAt)
        // The refusal required PostgreSQL. Other look-ups occur only when Redis misses its deadline on a busy machine.
        let counts = await pods[1].store.counts
        #expect(counts[.lookUps] <= lookUps + 2 + (counts[.fromMemory] + counts[.fromRedis]) / 10, "\(counts)")
        #expect(counts[.fromRedis] >= (kept > 0 ? 1 : 50))
        // Its time to live counts from the heartbeat by which the snapshot is dated.
        try eventually("the entry expires", within: .seconds(1)) {
            try redis.command("EXISTS", RedisPods.key(token)) == "0"
        }
    }

    @Test(arguments: [0, 1000])
    func `a session used through Redis outlives its idle timeout, and then expires`(
        kept: Int
    ) async throws {
        let one = try await pod(kept) { $0.idleTimeout = .seconds(1) }
        let two = try await pod(kept) { $0.idleTimeout = .seconds(1) }
        let (token, session) = try await one.signIn()
        #expect(try await one.store.session(for: token) != nil)
        try eventually("Redis has it") { try redis.command("EXISTS", RedisPods.key(token)) == "1" }
        // Only the second pod uses the session, and it knows it only from Redis.
        #expect(try await two.isShared(token))
        #expect(await two.store.counts[.lookUps] == 0)
        while Date.now < session.createdAt + 2.5 {
            #expect(try await two.store.session(for: token) != nil)
            try await Task.sleep(for: .milliseconds(250))
        }
        let lastUse = Date.now
        #expect(try await two.store.session(for: token) != nil)
        #expect(await two.store.counts[.fromRedis] >= (kept > 0 ? 1 : 3))
        #expect(await two.store.counts[.touchesWritten] >= 3)
        try eventually("the last use is written", within: .seconds(1)) {
            try database.row(token).lastSeenAt > lastUse - 0.01
        }
        let end = try database.row(token).expiresAt
        #expect(end >= lastUse + 1 && end < lastUse + 1.3, "\(end.timeIntervalSince(lastUse))")
        // A check that is answered from Redis also counts as a use. There is no check before the end.
        try eventually("the idle timeout is over", within: .seconds(3), every: .milliseconds(1)) { Date.now > end }
        for pod in [two, one] { #expect(try await pod.store.session(for: token) == nil) }
        #expect(try database.row(token).expiresAt == end)
    }

    @Test func `an entry that is too old by the database's clock is renewed`()
        async throws
    {
        let clock = try FakeClock(in: folder)
        let server = try PostgreSQLServer(in: folder, clock: clock)
        let pod = try await RedisPods.pod(server.url(), redis: redis.url)
        try await RedisPods.waitUntilItUsesRedis(pod)
        let (token, _) = try await pod.signIn()
        try await pod.awaitShared(token)
        let client = try RedisClient(redis)
        let old = try #require(try client.value(of: RedisPods.key(token)))
        // The clock of Redis is not changed, so the entry would stay for minutes.
        try clock.set(offset: 301)
        try await eventually("PostgreSQL is asked", within: .seconds(2)) { try await !pod.isShared(token) }
        #expect(try client.value(of: RedisPods.key(token)) != nil)
        try await pod.awaitShared(token)
        #expect(try client.value(of: RedisPods.key(token)) != old)
        try client.set(RedisPods.key(token), old)
        #expect(try await !pod.isShared(token))
        await pod.store.close()
    }
}
