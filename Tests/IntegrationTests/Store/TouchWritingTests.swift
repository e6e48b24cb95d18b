import Foundation
import TestSupport
import Testing

@testable import Sessions

/// The recording of last uses: content, time and number of writes.
@Suite struct TouchWritingTests {
    /// Sets the last use of a session to an hour ago.
    private func backdate(_ database: SharedDatabase) throws {
        try database.psql("UPDATE session_tokens SET last_seen_at = last_seen_at - interval '1 hour'")
    }

    @Test(arguments: [1000, 0])
    func `the last use is recorded, whichever store answered the check`(kept: Int) async throws {
        let database = try SharedDatabase()
        let pod = try await database.store {
            $0.cachedSessions = kept
            $0.idleTimeout = .seconds(4)
        }
        let (token, _) = try await pod.signIn()
        for round in 1...4 {
            try await Task.sleep(for: .milliseconds(300))
            let counts = await pod.store.counts
            let before = Date.now
            #expect(try await pod.store.session(for: token) != nil)
            let after = Date.now
            let now = await pod.store.counts
            // The first check is always answered by PostgreSQL.
            let isKept = kept > 0 && round > 1
            #expect(
                now[.fromMemory] - counts[.fromMemory] == (isKept ? 1 : 0)
                    && now[.lookUps] - counts[.lookUps] == (isKept ? 0 : 1))
            var seen = Date.distantPast
            try eventually("the use is written within an interval and a bit", within: .milliseconds(800)) {
                seen = try database.row(token).lastSeenAt
                return seen > before - 0.05
            }
            #expect(seen < after + 0.05)
        }
    }

    @Test(arguments: [1000, 0])
    func `a use just before the shutdown is written`(kept: Int) async throws {
        let database = try SharedDatabase()
        let pod = try await database.store { $0.cachedSessions = kept }
        let (token, _) = try await pod.signIn()
        #expect(try await pod.store.session(for: token) != nil)
        try backdate(database)
        let before = Date.now
        #expect(try await pod.store.session(for: token) != nil)
        try await Task.sleep(for: .milliseconds(100))
        #expect(try database.row(token).lastSeenAt < before - 3000, "it is written once a minute")
        await pod.store.shutDown()
        let seen = try database.row(token).lastSeenAt
        #expect(abs(seen.timeIntervalSince(before)) < 0.1)
        #expect(await pod.store.counts[.touchesWritten] == 1)
    }

    @Test func `a thousand checks of ten sessions within an interval are ten writes`() async throws {
        let database = try SharedDatabase()
        let pod = try await database.store { $0.idleTimeout = .seconds(30) }
        var tokens: [SessionToken] = []
        for number in 0..<10 { tokens.append(try await pod.signIn("user\(number)").token) }
        // Starts an interval.
        #expect(try await pod.store.session(for: tokens[0]) != nil)
        try await eventually("a use is written", within: .seconds(4), every: .milliseconds(1)) {
            await pod.store.counts[.touchesWritten] == 1
        }
        let start = ContinuousClock.now
        for number in 0..<1000 { #expect(try await pod.store.session(for: tokens[number % 10]) != nil) }
        #expect(ContinuousClock.now - start < .milliseconds(2250), "too slow to be within the interval")
        try await eventually("the uses are written", within: .seconds(4)) {
            await pod.store.counts[.touchesWritten] > 1
        }
        #expect(await pod.store.counts[.touchesWritten] == 11)
        #expect(await pod.store.counts[.fromMemory] >= 990)
        for token in tokens { #expect(abs(try database.row(token).lastSeenAt.timeIntervalSinceNow) < 5) }
    }

    @Test func `unused sessions are not written, and recorded uses add no row version`() async throws {
        let database = try SharedDatabase()
        let pod = try await database.store { $0.idleTimeout = .seconds(1) }
        let (token, _) = try await pod.signIn()
        let made = try database.row(token)
        // Several intervals of 75 ms.
        try await Task.sleep(for: .milliseconds(500))
        #expect(await pod.store.counts[.touchesWritten] == 0)
        #expect(try database.row(token) == made)
        await pod.store.shutDown()
        #expect(await pod.store.counts[.touchesWritten] == 0)
        // Of two pods that saw the same uses only one has to write. This is the write of the second.
        let time = "ARRAY[last_seen_at + interval '10 ms']"
        try database.psql(
            "SELECT touch_sessions(ARRAY[token_hash], \(time), '12.5 ms') FROM session_tokens")
        #expect(try database.row(token) == made)
    }

    @Test func `without last-seen times nothing is written`() async throws {
        let database = try SharedDatabase()
        let pod = try await database.store { $0.recordsLastSeen = false }
        let (token, _) = try await pod.signIn()
        try backdate(database)
        let before = try database.row(token)
        for _ in 0..<100 { #expect(try await pod.store.session(for: token) != nil) }
        await pod.store.shutDown()
        #expect(await pod.store.counts[.touchesWritten] == 0)
        #expect(try database.row(token) == before)
    }

    @Test func `a locked row delays nothing, and its use is written after the unlock`() async throws {
        let database = try SharedDatabase()
        let pod = try await database.store { $0.idleTimeout = .seconds(20) }
        let (held, _) = try await pod.signIn("ann")
        let (free, _) = try await pod.signIn("bob")
        let other = try PostgreSQLConnection(database.url, log: pod.log.logger)
        try other.script(
            "BEGIN; SELECT FROM session_tokens WHERE user_id = 'id-ann' FOR UPDATE", deadline: .seconds(5))
        try await Task.sleep(for: .milliseconds(300))
        let used = Date.now
        for token in [held, free] { #expect(try await pod.store.session(for: token) != nil) }
        try eventually("the free one's use is written", within: .seconds(4)) {
            try database.row(free).lastSeenAt > used - 0.01
        }
        #expect(try database.row(held).lastSeenAt < used - 0.2)
        // Neither checks nor logouts wait for the write.
        let start = ContinuousClock.now
        #expect(try await pod.store.session(for: held) != nil)
        try await pod.store.revoke(free)
        #expect(ContinuousClock.now - start < .milliseconds(500))
        try other.script("COMMIT", deadline: .seconds(5))
        try eventually("the held one's use is written", within: .seconds(3)) {
            try database.row(held).lastSeenAt > used - 0.01
        }
    }
}
