import EventLoop
import Synchronization
import TestSupport
import Testing

@testable import Sessions

/// Concurrent checks, writes of entries, and ends of sessions.
@Suite(.serialized) struct RedisRaceTests {
    private let pods: RedisPods

    init() async throws {
        pods = try await RedisPods()
    }

    @Test func `ten thousand sessions end during checks and fills, and none is accepted after the notification`()
        async throws
    {
        let tokens = try pods.tokens(10_000)
        try await pods.share([tokens[0]])
        var before: [StoreCounts] = []
        for pod in pods.pods { before.append(await pod.store.counts) }
        let race = await RevocationRace(pods.pods.prefix(2).map(\.store), tokens)
        let connection = try PostgreSQLConnection(pods.database.url, log: pods.pods[0].log.logger)
        // One transaction per session, ten in one round trip. Checks of all of them were started before.
        for start in stride(from: 0, to: tokens.count, by: 10) {
            let ends = tokens[start..<start + 10].map { token in
                "BEGIN; SELECT revoke_access_token('\(token.secretText)'); COMMIT;"
            }
            try connection.script(ends.joined(), deadline: .seconds(5))
            for _ in ends { race.ended() }
            let turns = race.turns.load(ordering: .relaxed)
            try eventually("checks go on", every: .microseconds(500)) {
                race.turns.load(ordering: .relaxed) > turns
            }
        }
        // The sessions that ended last also need late checks.
        let last = await race.counts.late
        try await eventually("late checks", within: .seconds(5)) { await race.counts.late > last + 2000 }
        let counts = await race.stop()
        #expect(counts.acceptedAfterHearing == 0 && counts.acceptedLate == 0 && counts.failures == [], "\(counts)")
        // All cases of the test have occurred: results from Redis and from PostgreSQL, checks after the notification
        // and late ones, and entries that contradict the end.
        var shared = 0
        for (pod, before) in zip(pods.pods.prefix(2), before) {
            let now = await pod.store.counts
            #expect(now[.fromRedis] - before[.fromRedis] > 1000 && now[.lookUps] - before[.lookUps] > 1000, "\(now)")
            shared += now[.fromRedis] - before[.fromRedis]
        }
        #expect(counts.accepted > shared && counts.refused > 2000 && counts.afterHearing > 2000, "\(counts)")
        #expect(try Int(pods.redis.command("DBSIZE")).map { $0 > 2000 } == true)
        // At the end no session is accepted, regardless of the entries in Redis.
        for pod in pods.pods {
            for token in tokens.filter({ $0.hash.spread % 50 == 0 }) {
                #expect(try await pod.store.session(for: token) == nil)
            }
        }
    }

    private static let rounds = 500

    /// Ends the session of each of 500 users, all of them in Redis, and returns how many were accepted afterwards.
    private func acceptedAfter(_ revoke: (TestStore, SessionToken, _ number: Int) async throws -> Void) async throws
        -> Int
    {
        var accepted = 0
        for (index, token) in try pods.tokens(Self.rounds).enumerated() {
            let pod = pods.pods[index % 2 * 2]
            let other = pods.pods[1]
            #expect(try await other.store.session(for: token) != nil)
            #expect(try await pod.store.session(for: token) != nil)
            // Checks and writes of entries are in progress, on both stores.
            async let early = pod.ask(token)
            async let there = other.ask(token)
            try await revoke(pod, token, index + 1)
            for _ in 0..<3 where try await pod.store.session(for: token) != nil { accepted += 1 }
            _ = await (early, there)
            if try await pod.store.session(for: token) != nil { accepted += 1 }
        }
        for pod in pods.pods { #expect(await pod.store.usesRedis) }
        #expect(await pods.pods[0].store.counts[.fromRedis] > 0)
        return accepted
    }

    @Test func `after its own logout a process never accepts the session, whatever Redis has`() async throws {
        let accepted = try await acceptedAfter { pod, token, _ in try await pod.store.revoke(token) }
        #expect(accepted == 0)
    }

    @Test func `after revoking all sessions of a user a process accepts none, whatever Redis has`() async throws {
        let accepted = try await acceptedAfter { pod, _, number in
            try await pod.store.revokeAll(ofUser: "id-\(number)")
        }
        #expect(accepted == 0)
        // The hashes were unknown to the store, so all entries still exist.
        #expect(try pods.redis.command("DBSIZE") == "\(Self.rounds)")
    }

    @Test func `an entry written again right after the session's end is not used`() async throws {
        let client = try pods.connect()
        let accepted = try await acceptedAfter { pod, token, _ in
            let key = RedisPods.key(token)
            let entry = try client.value(of: key)
            try await pod.store.revoke(token)
            if let entry { try client.set(key, entry) }
        }
        #expect(accepted == 0)
    }
}
