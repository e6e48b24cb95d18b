import TestSupport
import Testing

@testable import Sessions

/// The removal of sessions that raised epochs have ended: many users a call, and once over each user's sessions.
@Suite struct EndedSessionRemovalTests {
    private let database: FunctionDatabase

    init() throws {
        database = try FunctionDatabase()
    }

    /// The result of one call.
    private struct Batch {
        let removed: Int
        /// The position for the next call; empty at the end.
        let reached: String
    }

    /// As the end of a user's sessions leaves them if there are too many to mark.
    private static let endAll = "UPDATE user_epochs SET epoch = epoch + 1, ended_before = epoch + 1"

    /// Adds sessions of a user, with these times of creation in the order of `i`.
    private func addSessions(
        _ count: Int, of user: String, createdAt: String = "now() - i * interval '1 second'"
    ) throws {
        try database.sql(
            """
            INSERT INTO session_tokens (token_hash, user_id, user_agent, created_at, expires_at, absolute_expires_at)
            SELECT sha256(convert_to('\(user) ' || i, 'UTF8')), '\(user)', '\(user) ' || i, \(createdAt),
                   now() + interval '1 hour', now() + interval '1 hour'
              FROM generate_series(1, \(count)) i
            """)
    }

    private func remove(_ most: Int, since position: String) throws -> Batch {
        let answer = try database.sql("SELECT removed, reached FROM remove_ended_sessions(\(most), '\(position)')")
        let columns = answer.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        return Batch(removed: try #require(Int(columns[0])), reached: String(columns[1]))
    }

    /// Calls until nothing is left.
    private func removeAll(_ most: Int) throws -> [Batch] {
        var batches: [Batch] = []
        repeat {
            batches.append(try remove(most, since: batches.last?.reached ?? "u:"))
            try #require(batches.count < 1000, "it does not end")
        } while batches.last?.reached != ""
        return batches
    }

    private func isTidied() throws -> Bool { try database.sql("SELECT has_untidied_users()") == "f" }

    @Test func `one call removes the sessions of many users`() throws {
        for number in 0..<40 { try addSessions(2, of: "user\(number)") }
        try database.sql(Self.endAll)
        try database.create("live")
        #expect(try !isTidied())
        let batches = try removeAll(100)
        #expect(batches.reduce(0) { $0 + $1.removed } == 80)
        // A call ends after a tenth of a second, so on a slow machine there may be some.
        #expect(batches.count <= 10, "\(batches)")
        #expect(try isTidied())
        #expect(try database.sql("SELECT user_agent FROM session_tokens") == "live")
    }

    @Test func `a call removes no more than it may, and the next one goes on within the user`() throws {
        for user in ["a,b", "c", "d"] { try addSessions(5, of: user) }
        try database.sql(Self.endAll)
        let batches = try removeAll(4)
        #expect(batches.allSatisfy { $0.removed <= 4 } && batches.reduce(0) { $0 + $1.removed } == 15, "\(batches)")
        let first = try #require(batches.first)
        #expect(first.removed == 4 && first.reached.hasPrefix("i:") && first.reached.hasSuffix(",a,b"), "\(first)")
        #expect(try isTidied())
    }

    @Test(arguments: ["infinity", "-infinity", "0044-03-15 00:00:00+00 BC", "294276-12-31 23:59:59.999999+00"])
    func `any time of creation is a position`(time: String) throws {
        try addSessions(9, of: "ann", createdAt: "timestamptz '\(time)'")
        try database.sql(Self.endAll)
        let batches = try removeAll(2)
        #expect(batches.map(\.removed) == [2, 2, 2, 2, 1, 0], "\(batches)")
        #expect(try isTidied())
    }

    /// The older snapshot keeps all deleted rows and their index entries.
    @Test(arguments: ["now() - i * interval '1 second'", "now()"])
    func `under an older snapshot no call reads what others have deleted`(createdAt: String) throws {
        try addSessions(1000, of: "ann", createdAt: createdAt)
        let reader = try database.session()
        try reader.sql("BEGIN ISOLATION LEVEL REPEATABLE READ")
        #expect(try reader.sql("SELECT count(*) FROM session_tokens") == "1000")
        try database.sql(Self.endAll)
        var position = "u:"
        for _ in 0..<8 { position = try remove(100, since: position).reached }
        let read = try database.sql(
            """
            BEGIN; SELECT removed FROM remove_ended_sessions(100, '\(position)');
            SELECT pg_stat_get_xact_tuples_returned('session_tokens_user_id_idx'::regclass) < 150; COMMIT
            """)
        #expect(read == "100\nt")
        #expect(try reader.sql("SELECT count(*) FROM session_tokens") == "1000")
        #expect(try removeAll(1000).reduce(0) { $0 + $1.removed } == 100)
        #expect(try isTidied())
    }

    @Test func `sessions and users that are locked meanwhile are left for the next time`() throws {
        for user in ["ann", "bob", "eve"] { try addSessions(3, of: user) }
        try database.sql(Self.endAll)
        let holder = try database.session()
        try holder.sql("BEGIN")
        try holder.sql("SELECT 1 FROM session_tokens WHERE user_agent = 'ann 2' FOR UPDATE")
        try holder.sql("SELECT 1 FROM user_epochs WHERE user_id = 'bob' FOR KEY SHARE")
        #expect(try removeAll(100).reduce(0) { $0 + $1.removed } == 8)
        let untidied = "SELECT user_id FROM user_epochs WHERE tidied_before < ended_before ORDER BY user_id"
        #expect(try database.sql(untidied) == "ann\nbob")
        try holder.sql("COMMIT")
        #expect(try removeAll(100).reduce(0) { $0 + $1.removed } == 1)
        #expect(try isTidied())
    }
}
