import TestSupport
import Testing

@testable import Sessions

/// The epochs that end all sessions of a user, or of everybody, by one row.
@Suite struct SessionEpochTests {
    private let database: FunctionDatabase

    init() throws {
        database = try FunctionDatabase()
    }

    private static func end(except session: String) -> String {
        "SELECT revoke_user_sessions('ann', \(FunctionDatabase.hash(session)))"
    }

    /// Sessions of ann from 1 on, made by plain SQL.
    private func addSessions(_ count: Int) throws {
        try database.sql(
            """
            INSERT INTO session_tokens (token_hash, user_id, created_at, expires_at, absolute_expires_at, user_agent)
            SELECT sha256(i::text::bytea), 'ann', now() - i * interval '1 second', now() + interval '1 day', 'infinity', i
            FROM generate_series(1, \(count)) i;
            ANALYZE session_tokens
            """)
    }

    /// The number of rows that look live to plain SQL.
    private var rows: String {
        get throws { try database.sql("SELECT count(*) FROM session_tokens WHERE expires_at > now()") }
    }

    @Test func `an end of all sessions notifies once, and marks the rows of ended sessions`() throws {
        for name in ["a", "b", "c"] { try database.create(name) }
        try database.create("other", of: "bob")
        #expect(try database.notifications(of: Self.end(except: "b")) == ["u:ann"])
        #expect(try database.live() == ["b", "other"])
        #expect(try rows == "2")
        #expect(try database.notifications(of: "SELECT revoke_user_sessions('nobody')") == ["u:nobody"])
        #expect(try database.notifications(of: "SELECT revoke_all_sessions()") == ["*"])
        #expect(try database.live() == [])
        #expect(try rows == "0")
    }

    @Test func `a session that is kept by one end is ended by the next, and never lives again`() throws {
        for name in ["a", "b"] { try database.create(name) }
        #expect(try database.sql(Self.end(except: "a")) == "1")
        try database.create("c")
        #expect(try database.live() == ["a", "c"])
        // An ended session cannot be kept, nor one of another user.
        try database.create("other", of: "bob")
        #expect(try database.sql(Self.end(except: "b")) == "2")
        #expect(try database.live() == ["other"])
        try database.create("d")
        #expect(try database.sql(Self.end(except: "other")) == "1")
        #expect(try database.live() == ["other"])
        // Also while its row is still as it was.
        try database.create("e")
        try database.sql("UPDATE user_epochs SET epoch = epoch + 1, ended_before = epoch + 1 WHERE user_id = 'ann'")
        #expect(try database.sql(Self.end(except: "e")) == "0")
        try database.sql(
            "SELECT touch_sessions(ARRAY[\(FunctionDatabase.hash("e"))], ARRAY[now() + interval '1 minute'], '0')")
        #expect(try database.live() == ["other"])
    }

    @Test func `a kept session is revoked like any other`() throws {
        for name in ["a", "b"] { try database.create(name) }
        try database.sql(Self.end(except: "a"))
        #expect(try database.notifications(of: "SELECT revoke_access_token_hash(sha256('a'))") == ["h:a"])
        #expect(try database.live() == [])
    }

    @Test(arguments: [
        "UPDATE user_epochs SET epoch = epoch + 1, ended_before = epoch + 1 WHERE user_id = 'ann'",
        "UPDATE user_epochs SET epoch = epoch + 1, ended_before = epoch + 1, kept_hash = NULL",
        "SET session_replication_role = replica; UPDATE user_epochs SET epoch = 9, ended_before = 9",
    ])
    func `plain SQL that raises the epoch of a user notifies`(sql: String) throws {
        try database.create("a")
        #expect(try database.notifications(of: sql) == ["u:ann"])
        #expect(try database.live() == [])
        #expect(
            try database.notifications(of: "INSERT INTO user_epochs (user_id, epoch, ended_before) VALUES ('x', 1, 1)")
                == ["u:x"])
        #expect(try database.notifications(of: "INSERT INTO user_epochs (user_id, epoch) VALUES ('y', 1)") == [])
    }

    @Test func `plain SQL that ends the kept session or everybody's sessions notifies`() throws {
        for name in ["a", "b"] { try database.create(name) }
        try database.sql(Self.end(except: "a"))
        #expect(try database.notifications(of: "UPDATE user_epochs SET kept_hash = NULL") == ["u:ann"])
        #expect(try database.live() == [])
        try database.create("c")
        let all = "UPDATE authfcgi_state SET epoch = epoch + 1, ended_before = epoch + 1"
        #expect(try database.notifications(of: all) == ["*"])
        #expect(try database.live() == [])
    }

    @Test func `the end of very many users' sessions is announced for all`() throws {
        try database.sql("INSERT INTO user_epochs (user_id) SELECT 'user' || i FROM generate_series(1, 1001) i")
        let some = "UPDATE user_epochs SET epoch = 1, ended_before = 1 WHERE user_id <> 'user1'"
        #expect(try database.notifications(of: some).count == 1000)
        #expect(try database.notifications(of: "UPDATE user_epochs SET epoch = 2, ended_before = 2") == ["*"])
    }

    @Test(arguments: [
        "DELETE FROM user_epochs", "TRUNCATE user_epochs", "UPDATE user_epochs SET ended_before = 0",
        "UPDATE user_epochs SET epoch = epoch - 1", "UPDATE user_epochs SET user_id = 'x'",
        "UPDATE user_epochs SET ended_before = epoch + 1", "UPDATE user_epochs SET tidied_before = ended_before + 1",
        "UPDATE user_epochs SET kept_hash = sha256('a')", "DELETE FROM authfcgi_state", "TRUNCATE authfcgi_state",
        "UPDATE authfcgi_state SET ended_before = ended_before - 1",
        "SET session_replication_role = replica; DELETE FROM user_epochs",
    ])
    func `no statement revives ended sessions by their epochs`(sql: String) throws {
        try database.create("a")
        try database.sql("SELECT revoke_user_sessions('ann'); SELECT revoke_all_sessions()")
        let before = try database.sql("TABLE user_epochs; TABLE authfcgi_state")
        #expect(throws: SupportError.self) { try database.sql(sql) }
        #expect(try database.sql("TABLE user_epochs; TABLE authfcgi_state") == before)
    }

    @Test func `a session that is given to another user lives and ends with that one's`() throws {
        for name in ["a", "b"] { try database.create(name) }
        try database.create("other", of: "bob")
        for _ in 0..<3 { try database.sql("SELECT revoke_user_sessions('bob')") }
        // Its row is still as it was, and it stays ended.
        try database.sql(
            "UPDATE user_epochs SET epoch = 1, ended_before = 1, kept_hash = sha256('b') WHERE user_id = 'ann'")
        try database.sql("UPDATE session_tokens SET user_id = 'bob' WHERE user_id = 'ann'")
        #expect(try database.live() == ["b"])
        #expect(try database.sql("SELECT revoke_user_sessions('bob')") == "1")
        #expect(try database.live() == [])
    }

    @Test func `an end takes time for a thousand rows at most, and workers remove the others`() throws {
        try addSessions(3000)
        let token = try database.sql("SELECT create_access_token('ann')")
        let hash = "session_token_hash('\(token)')"
        #expect(try database.sql("SELECT revoke_user_sessions('ann', \(hash))") == "3000")
        #expect(try database.sql("SELECT count(*) FROM live_sessions") == "1")
        #expect(try rows == "2001")
        // A second one neither counts them again nor begins again.
        #expect(try database.sql("SELECT revoke_user_sessions('ann', \(hash))") == "0")
        #expect(try rows == "1001")
        // A claim by which they are removed comes before its time.
        let claim = "SELECT claim_session_cleanup('1 hour')"
        try database.sql("UPDATE session_cleanup SET cleaned_up_at = now()")
        #expect(try database.sql(claim) == "t")
        let heard = try database.notifications(of: "SELECT * FROM remove_ended_sessions(600)")
        #expect(heard == [])
        #expect(try database.sql("SELECT * FROM remove_ended_sessions(600)") == "400|u:ann")
        #expect(try database.sql("SELECT removed, reached IS NULL FROM remove_ended_sessions(600, 'u:ann')") == "0|t")
        #expect(try rows == "1")
        #expect(try database.sql(claim) == "f")
        #expect(try database.sql("SELECT get_user_from_token('\(token)')") == "ann")
    }

    @Test func `after the end of all sessions workers remove the rows that are left`() throws {
        try addSessions(2500)
        #expect(try database.sql("SELECT revoke_all_sessions()") == "2500")
        #expect(try rows == "1500")
        for name in ["a", "b"] { try database.create(name, of: "bob") }
        var (removed, position) = (0, "u:")
        while true {
            let answer = try database.sql("SELECT removed, reached FROM remove_ended_sessions(400, '\(position)')")
            let columns = answer.split(separator: "|", omittingEmptySubsequences: false)
            removed += try #require(Int(columns[0]))
            position = String(columns[1])
            if position.isEmpty { break }
        }
        #expect(removed == 1500)
        #expect(try rows == "2")
        #expect(try database.live() == ["a", "b"])
        #expect(try database.sql("SELECT tidied_before = ended_before FROM authfcgi_state") == "t")
    }

    @Test func `an end waits for no lock of a session, and workers leave locked rows for the next time`() throws {
        for name in ["a", "b"] { try database.create(name) }
        let holder = try database.session()
        try holder.sql("BEGIN")
        try holder.sql("SELECT 1 FROM session_tokens WHERE user_agent = 'a' FOR UPDATE")
        let end = try database.session()
        try end.sql("SET lock_timeout = '1ms'")
        #expect(try end.sql("SELECT revoke_user_sessions('ann')") == "2")
        #expect(try database.live() == [])
        #expect(try rows == "1")
        #expect(try end.sql("SELECT removed FROM remove_ended_sessions(9)") == "0")
        try holder.sql("COMMIT")
        #expect(try end.sql("SELECT removed FROM remove_ended_sessions(9)") == "1")
        #expect(try rows == "0")
    }

    @Test func `one transaction at a time removes ended sessions, without waiting`() throws {
        try database.create("a")
        let (one, two) = (try database.session(), try database.session())
        try one.sql("BEGIN")
        try one.sql("SELECT remove_ended_sessions(9)")
        try two.sql("SET lock_timeout = '1ms'")
        for function in ["remove_ended_sessions", "remove_expired_sessions"] {
            #expect(try two.sql("SELECT removed IS NULL AND reached IS NULL FROM \(function)(9)") == "t")
        }
        try one.sql("COMMIT")
        for most in ["0", "NULL"] {
            #expect(throws: SupportError.self) { try database.sql("SELECT remove_ended_sessions(\(most))") }
        }
    }

    // MARK: The maximum

    @Test func `without a limit the database's maximum holds, a thousand sessions at a time`() throws {
        try addSessions(3000)
        try database.sql("UPDATE session_limits SET maximum_sessions = 500")
        for (number, left) in [(100_001, 2001), (100_002, 1002), (100_003, 500)] {
            try database.create("\(number)")
            #expect(try database.sql("SELECT count(*) FROM live_sessions") == "\(left)")
        }
        // The oldest ones have ended.
        let names = try database.live().compactMap { Int($0) }
        #expect(names.allSatisfy { $0 <= 497 || $0 > 100_000 } && names.count == 500)
        // The limit of a login cannot be higher.
        try database.create("100004", "session_limit => 1000")
        #expect(try database.sql("SELECT count(*) FROM live_sessions") == "500")
    }

    @Test func `over the maximum a session with a label is refused, and none ends`() throws {
        try database.sql("UPDATE session_limits SET maximum_sessions = 2")
        for name in ["a", "b"] { try database.create(name, label: "backup") }
        #expect(throws: SupportError.self) { try database.create("c", label: "backup") }
        for name in ["d", "e", "f"] { try database.create(name) }
        #expect(try database.live() == ["a", "b", "e", "f"])
        try database.sql("SELECT revoke_access_token_hash(\(FunctionDatabase.hash("a")))")
        #expect(try database.create("g", label: "backup"))
    }

    @Test func `the newest sessions of a user are found without reading the others`() throws {
        try addSessions(20_000)
        let read = try database.sql(
            """
            BEGIN; SELECT count(*) FROM (SELECT FROM live_sessions s WHERE s.user_id = 'ann'
                ORDER BY s.created_at DESC, s.session_id LIMIT 100) n;
            SELECT pg_stat_get_xact_numscans('session_tokens'::regclass),
                   pg_stat_get_xact_tuples_returned('session_tokens_user_id_idx'::regclass); COMMIT
            """)
        #expect(read == "100\n0|100")
    }
}
