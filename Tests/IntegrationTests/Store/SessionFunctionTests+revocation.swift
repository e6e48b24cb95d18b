import TestSupport
import Testing

@testable import Sessions

// Functions that change and end sessions, and their notifications.
extension SessionFunctionTests {
    @Test func `workers are notified of changed live sessions`() throws {
        let database = try FunctionDatabase()
        for name in ["a", "b", "c"] { try database.create(name) }
        for change in [
            "username = 'x'", "groups = '{g}'", "name = 'x'", "email = 'x'", "authenticated_at = '2000-01-01'",
            "authentication_methods = '{otp}'",
        ] {
            let update = "UPDATE session_tokens SET \(change) WHERE user_agent < 'c'"
            #expect(try database.notifications(of: update) == ["c:a,b"], "\(change)")
            // The repetition changes nothing.
            #expect(try database.notifications(of: update) == [], "\(change)")
        }
        // An ended session causes no notification.
        try database.sql("UPDATE session_tokens SET revoked_at = now() WHERE user_agent = 'a'")
        #expect(try database.notifications(of: "UPDATE session_tokens SET name = 'y'") == ["c:b,c"])
    }

    @Test func `if any session ended, all sessions of the statement are announced as ended`() throws {
        for end in [
            "revoked_at = now()", "expires_at = now() + interval '1 minute'", "session_id = gen_random_uuid()",
            "user_id = 'eve'",
        ] {
            let database = try FunctionDatabase()
            for name in ["a", "b", "c"] { try database.create(name) }
            let column = end.prefix { $0 != " " }
            let heard = try database.notifications(
                of: """
                    UPDATE session_tokens SET name = CASE user_agent WHEN 'b' THEN 'x' ELSE name END, \
                    \(column) = CASE user_agent WHEN 'a' THEN \(end.dropFirst(column.count + 3)) ELSE \(column) END
                    """)
            #expect(heard == ["h:a,b"], "\(end)")
        }
    }

    @Test func `with too many sessions to list, more is announced than has ended`() throws {
        let database = try FunctionDatabase()
        try database.sql(
            """
            SELECT count(*) FROM generate_series(1, 1001) i, create_session(
                sha256(i::text::bytea), 'ann', 'ann', '{}', '', '', NULL, NULL, i::text, NULL, NULL)
            """)
        let named = try database.notifications(
            of: "UPDATE session_tokens SET name = 'x' WHERE user_agent::integer <= 1000")
        #expect(named.count == 10)
        #expect(named.allSatisfy { $0.hasPrefix("c:") && $0.split(separator: ",").count == 100 })
        #expect(try database.notifications(of: "UPDATE session_tokens SET name = 'y'") == ["u:ann"])
        try database.sql("UPDATE session_tokens SET user_id = 'bob' WHERE user_agent = '1'")
        #expect(try database.notifications(of: "UPDATE session_tokens SET name = 'z'") == ["*"])
    }

    @Test func `a user's live sessions get those parts of the identity that are given`() throws {
        let database = try FunctionDatabase()
        for name in ["a", "b", "ended"] { try database.create(name) }
        try database.create("other", of: "bob")
        try database.sql("UPDATE session_tokens SET revoked_at = now() WHERE user_agent = 'ended'")
        try database.sql("UPDATE session_tokens SET groups = '{staff}' WHERE user_agent = 'b'")
        // Session b already has this value.
        #expect(try database.sql("SELECT update_user_sessions('ann', groups => '{staff}')") == "1")
        #expect(
            try database.notifications(
                of: "SELECT update_user_sessions('ann', 'anna', NULL, 'Anna', 'anna@a.example')") == ["c:a,b"])
        let rows = try database.sql(
            "SELECT user_agent, username, groups, name, email FROM session_tokens ORDER BY user_agent")
        #expect(
            rows == """
                a|anna|{staff}|Anna|anna@a.example
                b|anna|{staff}|Anna|anna@a.example
                ended|ann|{}||
                other|bob|{}||
                """)
        #expect(try database.sql("SELECT update_user_sessions('ann', name => 'Anna', groups => '{staff}')") == "0")
        #expect(try database.sql("SELECT update_user_sessions('ann', groups => '{}')") == "2")
        #expect(try database.sql("SELECT update_user_sessions('nobody', groups => '{}')") == "0")
    }

    @Test func `a login that read the old identity creates no session, or a changed one`() throws {
        let database = try FunctionDatabase()
        let login = try database.session()
        try login.sql("BEGIN")
        try login.sql(FunctionDatabase.create("a", epoch: 0))
        let update = try database.session()
        try update.startAndBlock("SELECT update_user_sessions('ann', groups => '{staff}')")
        try login.sql("COMMIT")
        #expect(try update.finish() == "1")
        #expect(try database.sql("SELECT groups FROM session_tokens") == "{staff}")
        #expect(try !database.create("b", epoch: 0))
        #expect(try database.create("c", epoch: 1))
    }

    @Test func `a session is revoked by its public id, optionally only for its user`() throws {
        let database = try FunctionDatabase()
        try database.create("a")
        try database.create("b")
        let id = try database.sql("SELECT session_id FROM session_tokens WHERE user_agent = 'a'")
        #expect(try database.sql("SELECT revoke_session('\(id)', 'bob')") == "f")
        #expect(try database.live() == ["a", "b"])
        #expect(try database.notifications(of: "SELECT revoke_session('\(id)', 'ann')") == ["h:a"])
        #expect(try database.live() == ["b"])
        #expect(try database.sql("SELECT revoke_session('\(id)', 'ann')") == "f")
        #expect(try database.sql("SELECT revoke_session('\(id)')") == "f")
        #expect(try database.sql("SELECT revoke_session(session_id) FROM session_tokens WHERE user_agent = 'b'") == "t")
        #expect(try database.live() == [])
        #expect(throws: SupportError.self) { try database.sql("SELECT revoke_session(NULL)") }
    }

    @Test(arguments: ["", ", 'ann'"])
    func `a session is found by its public id without reading the whole table`(user: String) throws {
        let database = try FunctionDatabase()
        try database.create("a")
        let id = try database.sql("SELECT session_id FROM session_tokens")
        // A user with several sessions.
        for name in ["b", "c", "d"] { try database.create(name) }
        try database.sql("ANALYZE session_tokens")
        let scans = try database.sql(
            """
            SET enable_seqscan = off; BEGIN; SELECT revoke_session('\(id)'\(user));
            SELECT pg_stat_get_xact_numscans('session_tokens'::regclass),
                   pg_stat_get_xact_numscans('session_tokens_session_id_key'::regclass); COMMIT
            """)
        #expect(scans == "t\n0|1")
    }

    @Test func `two sessions cannot have the same public id`() throws {
        let database = try FunctionDatabase()
        for name in ["a", "b"] { try database.create(name) }
        #expect(throws: SupportError.self) {
            try database.sql("UPDATE session_tokens SET session_id = '00000000-0000-4000-8000-000000000000'")
        }
    }

    @Test func `all sessions of all users are revoked at once`() throws {
        let database = try FunctionDatabase()
        try database.create("a")
        try database.create("b", of: "bob", label: "backup")
        #expect(try database.notifications(of: "SELECT revoke_all_sessions()") == ["*"])
        #expect(try database.live() == [])
        #expect(try database.sql("SELECT revoke_all_sessions()") == "0")
        try database.create("c")
        #expect(try database.sql("SELECT revoke_all_sessions()") == "1")
    }

    /// The ends of all sessions, of one user and of everybody.
    private static let ends = ["revoke_user_sessions('ann')", "revoke_all_sessions()"]
    private static let isolations = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]

    @Test(arguments: ends, isolations)
    func `a session whose creation is not committed does not delay an end, which ends it`(
        end: String, isolation: String
    ) throws {
        let database = try FunctionDatabase()
        try database.knowUser("ann")
        let (login, ending) = (try database.session(), try database.session())
        try login.sql("BEGIN ISOLATION LEVEL \(isolation)")
        try login.sql(FunctionDatabase.create("a", epoch: 0))
        try ending.sql("SET lock_timeout = '1ms'")
        try ending.sql("SELECT \(end)")
        try login.sql("COMMIT")
        #expect(try database.live() == [])
        #expect(try database.sql("SELECT get_user_from_token_hash(\(FunctionDatabase.hash("a")))") == "")
    }

    @Test(arguments: ends, isolations)
    func `a transaction that began before an end creates no live session after it`(
        end: String, isolation: String
    ) throws {
        let database = try FunctionDatabase()
        try database.knowUser("ann")
        let login = try database.session()
        try login.sql("BEGIN ISOLATION LEVEL \(isolation)")
        // It sees the database as of now, in READ COMMITTED only until the next statement.
        try login.sql("SELECT count(*) FROM session_tokens")
        try database.sql("SELECT \(end)")
        _ = try? login.sql(FunctionDatabase.create("a", epoch: 0))
        try login.sql("COMMIT")
        #expect(try database.live() == [])
    }

    @Test func `a login does not wait for a revocation of all sessions, which ends its session`() throws {
        let database = try FunctionDatabase()
        let (login, end) = (try database.session(), try database.session())
        try end.sql("BEGIN")
        try end.sql("SELECT revoke_all_sessions()")
        try login.sql("SET lock_timeout = '1ms'")
        #expect(try login.sql(FunctionDatabase.create("a", epoch: 0)) == "1")
        #expect(try database.live() == ["a"])
        try end.sql("COMMIT")
        #expect(try database.live() == [])
    }

    @Test func `a login in progress during a revocation of all sessions creates none`() async throws {
        let database = try FunctionDatabase()
        let pod = try await TestStore.start(database.server.url(database: database.name))
        try database.sql("INSERT INTO authfcgi_users (username, password_hash) VALUES ('ann', 'x')")
        // First for a user who has never logged in, then for one who has.
        for _ in 0..<2 {
            let before = try #require(try await pod.store.user(named: "ann"))
            try database.sql("SELECT revoke_all_sessions()")
            #expect(try await pod.store.createAccessToken(for: before, origin: SessionOrigin()) == nil)
            let after = try #require(try await pod.store.user(named: "ann"))
            #expect(try await pod.store.createAccessToken(for: after, origin: SessionOrigin()) != nil)
        }
    }

    @Test(arguments: ["revoke_all_sessions()", "update_user_sessions('ann', name => 'x')"])
    func `functions that must see every login are refused with an older snapshot`(call: String) throws {
        let database = try FunctionDatabase()
        try database.create("a")
        #expect(throws: SupportError.self) {
            try database.sql("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT \(call); COMMIT")
        }
        #expect(try database.sql("SELECT count(*) FROM session_tokens WHERE name = ''") == "1")
        #expect(try database.live() == ["a"])
    }
}
