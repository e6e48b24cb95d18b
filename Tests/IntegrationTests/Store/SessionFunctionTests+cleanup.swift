import TestSupport
import Testing

@testable import Sessions

// The claim of the clean-up, and the removal of expired sessions.
extension SessionFunctionTests {
    @Test func `one worker per interval claims the clean-up`() throws {
        let database = try FunctionDatabase()
        let claim = "SELECT claim_session_cleanup('10 minutes')"
        let (one, two) = (try database.session(), try database.session())
        try one.sql("BEGIN")
        #expect(try one.sql(claim) == "t")
        // The claim waits neither for the process that has it nor for a revocation of all sessions.
        #expect(try two.sql(claim) == "f")
        try one.sql("COMMIT")
        #expect(try two.sql(claim) == "f")
        try database.sql("UPDATE session_cleanup SET cleaned_up_at = now() - interval '9 minutes'")
        #expect(try database.sql(claim) == "f")
        try database.sql("UPDATE session_cleanup SET cleaned_up_at = now() - interval '11 minutes'")
        #expect(try database.sql(claim) == "t")
        // A time in the future, from a wrong clock, does not prevent further clean-ups.
        try database.sql("UPDATE session_cleanup SET cleaned_up_at = now() + interval '1 year'")
        #expect(try database.sql(claim) == "t")
        #expect(try database.sql(claim) == "f")
    }

    /// Returns a database with the sessions 1, 2, …, which expired that many seconds ago, and a live one.
    private func databaseOfExpired(_ count: Int) throws -> FunctionDatabase {
        let database = try FunctionDatabase()
        try database.create("live")
        try database.sql(
            """
            INSERT INTO session_tokens (token_hash, user_id, expires_at, absolute_expires_at, user_agent)
            SELECT sha256(i::text::bytea), 'ann', statement_timestamp() - i * interval '1 second', now(), i
            FROM generate_series(1, \(count)) i
            """)
        return database
    }

    @Test func `expired sessions are removed, oldest first, without notifications`() throws {
        let database = try databaseOfExpired(5)
        let names = { try database.sql("SELECT user_agent FROM session_tokens ORDER BY expires_at") }
        #expect(
            try database.sql(
                """
                WITH third AS (SELECT expires_at FROM session_tokens WHERE user_agent = '3')
                SELECT removed, reached = third.expires_at FROM third, remove_expired_sessions(3)
                """) == "3|t")
        #expect(try names() == "2\n1\nlive")
        // From a time on: sessions that expired earlier stay.
        #expect(
            try database.sql(
                "SELECT removed FROM session_tokens, remove_expired_sessions(9, expires_at) WHERE user_agent = '1'")
                == "1")
        #expect(try names() == "2\nlive")
        #expect(try database.notifications(of: "SELECT remove_expired_sessions(9)") == [])
        #expect(try database.sql("SELECT removed, reached IS NULL FROM remove_expired_sessions(9)") == "0|t")
        #expect(try database.live() == ["live"])
        for most in ["0", "NULL"] {
            #expect(throws: SupportError.self) { try database.sql("SELECT remove_expired_sessions(\(most))") }
        }
    }

    @Test func `one transaction at a time removes sessions, without waiting`() throws {
        let database = try databaseOfExpired(3)
        let (one, two, holder) = (try database.session(), try database.session(), try database.session())
        try holder.sql("BEGIN")
        try holder.sql("SELECT 1 FROM session_tokens WHERE user_agent = '2' FOR UPDATE")
        try one.sql("BEGIN")
        #expect(try one.sql("SELECT removed FROM remove_expired_sessions(9)") == "2")
        try two.sql("SET lock_timeout = '1ms'")
        let busy = "SELECT removed IS NULL AND reached IS NULL FROM remove_expired_sessions(9)"
        #expect(try two.sql(busy) == "t")
        try one.sql("COMMIT")
        #expect(try two.sql("SELECT removed FROM remove_expired_sessions(9)") == "0")
        try holder.sql("COMMIT")
        #expect(try two.sql("SELECT removed FROM remove_expired_sessions(9)") == "1")
        #expect(try database.live() == ["live"])
    }

    @Test func `the removal reads no more of the table than it deletes`() throws {
        let database = try databaseOfExpired(2000)
        let reads = try database.sql(
            """
            BEGIN; SELECT removed FROM remove_expired_sessions(100);
            SELECT pg_stat_get_xact_numscans('session_tokens'::regclass),
                   pg_stat_get_xact_numscans('session_tokens_expires_at_idx'::regclass),
                   pg_stat_get_xact_tuples_returned('session_tokens_expires_at_idx'::regclass); COMMIT
            """)
        #expect(reads == "100\n0|1|100")
    }
}
