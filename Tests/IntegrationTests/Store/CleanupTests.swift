import Foundation
import TestSupport
import Testing

@testable import Sessions

/// Expired sessions are removed once per interval by a single process, without effect on checks.
@Suite struct CleanupTests {
    private let database: SharedDatabase

    init() async throws {
        database = try SharedDatabase()
        // Creates the tables.
        let pod = try await database.store()
        await pod.store.close()
    }

    private func addSessions(_ count: Int, expiresAt: String) throws {
        try database.psql(
            """
            INSERT INTO session_tokens (token_hash, user_id, created_at, last_seen_at, expires_at, absolute_expires_at)
            SELECT sha256(gen_random_uuid()::text::bytea), 'user' || n % 1000, now() - interval '1 day',
                now() - interval '1 day', \(expiresAt), now() + interval '1 year'
            FROM generate_series(1, \(count)) AS n
            """)
    }

    private var expiredCount: Int {
        get throws {
            try #require(Int(try database.psql("SELECT count(*) FROM session_tokens WHERE expires_at <= now()")))
        }
    }

    private func stores(_ count: Int, every interval: Duration) async throws -> [TestStore] {
        var stores: [TestStore] = []
        for _ in 0..<count { stores.append(try await database.store { $0.cleanupInterval = interval }) }
        return stores
    }

    /// Returns the numbers of removed sessions that the stores have logged.
    private func removals(_ stores: [TestStore]) -> [Int] {
        stores.flatMap { $0.log.text.split(separator: "\n") }.compactMap { line in
            guard line.contains("expired sessions in"), let start = line.firstRange(of: "removed ") else { return nil }
            return Int(line[start.upperBound...].prefix { $0.isNumber })
        }
    }

    @Test
    func `exactly one of six processes removes expired sessions per interval, without notifications`() async throws {
        // Sessions expire continuously for twenty seconds, so every clean-up finds some.
        try addSessions(10_000, expiresAt: "now() + (n - 500) * interval '2 ms'")
        try addSessions(300, expiresAt: "now() + interval '1 hour'")
        try database.psql(
            """
            CREATE TABLE claims (at timestamptz, who integer);
            CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN INSERT INTO public.claims VALUES (NEW.cleaned_up_at, pg_backend_pid()); RETURN NULL; END';
            CREATE TRIGGER note AFTER UPDATE OF cleaned_up_at ON session_cleanup FOR EACH ROW EXECUTE FUNCTION note();
            """)
        let listener = try RevocationListener(database.url)
        let stores = try await stores(6, every: .seconds(1))
        let (token, _) = try await stores[0].signIn()
        try eventually("five intervals are over", within: .seconds(12), every: .milliseconds(50)) {
            #expect(try listener.hear() == [])
            return try database.psql("SELECT count(*) >= 5 FROM claims") == "t"
        }
        try eventually("all who were to clean up have said so", within: .seconds(2)) {
            try "\(removals(stores).count)" == database.psql("SELECT count(*) FROM claims")
        }
        // At least an interval after the previous one, and not much later.
        let gaps = try database.psql(
            """
            SELECT min(gap) >= interval '1 second' AND max(gap) < interval '2 seconds', min(gap), max(gap)
            FROM (SELECT at - lag(at) OVER (ORDER BY at) AS gap FROM claims) AS gaps
            """)
        #expect(gaps.hasPrefix("t|"), "\(gaps)")
        // The logged numbers account for all removed sessions.
        for store in stores { await store.store.close() }
        let left = try #require(Int(try database.psql("SELECT count(*) FROM session_tokens")))
        #expect(left == 10_301 - removals(stores).reduce(0, +))
        #expect(try database.psql("SELECT count(*) FROM session_tokens WHERE expires_at > now() + '50 min'") == "301")
        #expect(try listener.hear() == [])
        try database.psql("DELETE FROM session_tokens WHERE user_id = 'id-ann'")
        #expect(try listener.hear() == [.ended([token.hash])], "it can hear")
    }

    @Test func `while a clean-up runs by hand the others skip theirs`() async throws {
        try addSessions(700, expiresAt: "now() - interval '1 minute'")
        let hand = try PostgreSQLConnection(database.url, log: RecordedLog().logger)
        try hand.script("BEGIN; SELECT remove_expired_sessions(1)", deadline: .seconds(5))
        let stores = try await stores(3, every: .milliseconds(300))
        let (token, _) = try await stores[0].signIn()
        let claimedAt = try database.psql("SELECT cleaned_up_at FROM session_cleanup")
        try await Task.sleep(for: .seconds(2))
        #expect(try database.psql("SELECT cleaned_up_at FROM session_cleanup") == claimedAt)
        #expect(try expiredCount == 700)
        #expect(removals(stores) == [])
        for store in stores { #expect(try await store.store.session(for: token) != nil) }
        try hand.script("COMMIT", deadline: .seconds(5))
        try eventually("they are removed") { try expiredCount == 0 }
        try eventually("by one of them") { removals(stores) == [699] }
    }

    @Test func `sessions that were ended at once are removed before the interval is over`() async throws {
        try database.psql("UPDATE session_cleanup SET cleaned_up_at = now()")
        try addSessions(3000, expiresAt: "now() + interval '1 hour'")
        try database.psql("UPDATE session_tokens SET user_id = 'ann'; SELECT revoke_user_sessions('ann')")
        let live = { try database.psql("SELECT count(*) FROM session_tokens WHERE expires_at > now()") }
        #expect(try live() == "2000")
        let listener = try RevocationListener(database.url)
        let stores = try await stores(2, every: .seconds(20))
        try eventually("they are removed", within: .seconds(10)) { try live() == "0" }
        // By one of them, or by the other as well if it asks while there are some left.
        try eventually("all of them", within: .seconds(2)) { removals(stores).reduce(0, +) == 3000 }
        #expect(try listener.hear() == [])
    }

    @Test func `locked sessions are left for the next clean-up`() async throws {
        try addSessions(20, expiresAt: "now() - n * interval '1 minute'")
        let other = try PostgreSQLConnection(database.url, log: RecordedLog().logger)
        try other.script(
            "BEGIN; SELECT FROM session_tokens WHERE expires_at < now() - interval '630 seconds' FOR UPDATE",
            deadline: .seconds(5))
        let stores = try await stores(1, every: .milliseconds(300))
        try eventually("the others are removed", within: .seconds(2)) { try expiredCount == 10 }
        try other.script("COMMIT", deadline: .seconds(5))
        try eventually("then these too", within: .seconds(2)) { try expiredCount == 0 }
        try eventually("in two goes", within: .seconds(1)) { removals(stores) == [10, 10] }
    }

    @Test func `a clean-up ends although sessions expire all the time`() async throws {
        // One session per millisecond, for 15 s.
        try addSessions(15_000, expiresAt: "now() + n * interval '1 ms'")
        let stores = try await stores(1, every: .seconds(1))
        try eventually("it has ended twice", within: .seconds(8)) { removals(stores).count >= 2 }
        #expect(try database.psql("SELECT count(*) > 0 FROM session_tokens WHERE expires_at > now()") == "t")
    }

    @Test func `removing two hundred thousand expired sessions does not delay checks`() async throws {
        try addSessions(200_000, expiresAt: "now() - n * interval '1 second'")
        let asking = try await database.store { $0.cachedSessions = 0 }
        var tokens: [SessionToken] = []
        for number in 0..<20 { tokens.append(try await asking.signIn("user\(number)").token) }
        let before = try await times(asking, tokens) { $0 == 500 }
        let cleaning = try await stores(1, every: .seconds(4))
        let during = try await times(asking, tokens) { _ in !removals(cleaning).isEmpty }
        #expect(removals(cleaning) == [200_000])
        #expect(try database.psql("SELECT count(*) FROM session_tokens") == "20")
        let (usual, loaded) = (before.sorted(), during.sorted())
        #expect(loaded.count > 200)
        #expect(try #require(loaded.last) < .milliseconds(300))
        let figures = "p99 \(usual[usual.count * 99 / 100]) before, \(loaded[loaded.count * 99 / 100]) during"
        #expect(loaded[loaded.count * 99 / 100] < usual[usual.count * 99 / 100] + .milliseconds(100), "\(figures)")
    }

    /// Checks sessions one after the other until `isEnough`, and returns the time of each check.
    private func times(
        _ pod: TestStore, _ tokens: [SessionToken], until isEnough: (Int) -> Bool
    ) async throws -> [Duration] {
        var times: [Duration] = []
        let deadline = Deadline(within: .seconds(60))
        while !isEnough(times.count) {
            let start = ContinuousClock.now
            #expect(try await pod.store.session(for: tokens[times.count % tokens.count]) != nil)
            times.append(ContinuousClock.now - start)
            guard !deadline.hasPassed else { throw SupportError.timedOut("the clean-up to end", log: pod.log.text) }
            if times.count.isMultiple(of: 10) { try await Task.sleep(for: .milliseconds(2)) }
        }
        return times
    }
}
