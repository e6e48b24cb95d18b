import TestSupport
import Testing

@testable import Sessions

/// The SQL functions that create, change and end sessions.
@Suite struct SessionFunctionTests {
    @Test func `create_session accepts the arguments of the previous release`() throws {
        let database = try FunctionDatabase()
        // There is only one function with this name. Otherwise such a call would be ambiguous.
        #expect(try database.create("a"))
        #expect(try database.sql("SELECT count(*) FROM pg_proc WHERE proname = 'create_session'") == "1")
        #expect(try database.sql("SELECT expires_at = absolute_expires_at, idle_timeout FROM session_tokens") == "t|")
    }

    @Test func `members of authfcgi_mint can call applications' functions, and others can call none`() throws {
        let database = try FunctionDatabase()
        let callable = { (role: String) in
            try database.sql(
                """
                SELECT string_agg(proname, ' ' ORDER BY proname) FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace AND has_function_privilege('\(role)', oid, 'EXECUTE')
                """)
        }
        #expect(try callable("public") == "")
        #expect(
            try callable("authfcgi_mint") == """
                authfcgi_unwatch_users authfcgi_watch_users authfcgi_watched_users_end_sessions \
                authfcgi_watched_users_find create_access_token get_user_from_token get_user_from_token_hash \
                revoke_access_token \
                revoke_access_token_hash revoke_session revoke_user_sessions session_token_hash update_user_sessions
                """)
    }

    @Test(arguments: [
        ("10 minutes", "00:11:00"), ("100 seconds", "00:01:50"), ("23 hours 59 minutes 30 seconds", "1 day"),
        ("2 days", "1 day"), ("1000000 years", "1 day"),
    ])
    func `a session that is never used expires after its idle timeout and the grace, within its lifetime`(
        idleTimeout: String, expected: String
    ) throws {
        let database = try FunctionDatabase()
        try database.create("a", "idle_timeout => '\(idleTimeout)'")
        #expect(try database.sql("SELECT expires_at - created_at FROM session_tokens") == expected)
        #expect(try database.sql("SELECT absolute_expires_at - created_at FROM session_tokens") == "1 day")
        #expect(try database.sql("SELECT idle_timeout = '\(idleTimeout)' FROM session_tokens") == "t")
    }

    @Test(arguments: ["idle_timeout => '0'", "idle_timeout => '-1 second'", "session_limit => 0"])
    func `invalid arguments are refused`(parameter: String) throws {
        let database = try FunctionDatabase()
        #expect(throws: SupportError.self) { try database.create("a", parameter) }
        #expect(try database.live() == [])
    }

    @Test func `a session has the time and methods of authentication, by default now and a password`() throws {
        let database = try FunctionDatabase()
        try database.create("a")
        try database.create("b", "authenticated_at => '2026-01-02T03:04:05Z', authentication_methods => '{pwd,otp}'")
        try database.create("c", "authentication_methods => NULL")
        let row = { (session: String) in
            try database.sql(
                """
                SELECT authenticated_at = created_at, authenticated_at = '2026-01-02T03:04:05Z', authentication_methods
                FROM live_sessions WHERE user_agent = '\(session)'
                """)
        }
        #expect(try row("a") == "t|f|{pwd}")
        #expect(try row("b") == "f|t|{pwd,otp}")
        #expect(try row("c") == "t|f|{pwd}")
    }

    @Test func `an application can set the time and methods of authentication`() throws {
        let database = try FunctionDatabase()
        let tokens = try [
            "", ", authenticated_at => now() - interval '1 hour', authentication_methods => '{hwk,user}'",
            // Later than the start of the statement, but not in the future.
            ", authenticated_at => clock_timestamp(), authentication_methods => NULL",
        ].map { try database.sql("SELECT create_access_token('ann'\($0))") }
        let rows = try tokens.map {
            try database.sql(
                """
                SELECT created_at - authenticated_at BETWEEN '1 hour' AND '1 hour 1 minute', authenticated_at <= created_at,
                       authentication_methods
                FROM live_sessions WHERE token_hash = session_token_hash('\($0)')
                """)
        }
        #expect(rows == ["f|t|{pwd}", "t|t|{hwk,user}", "f|t|{pwd}"])
        #expect(try database.sql("SELECT get_user_from_token('\(tokens[1])')") == "ann")
    }

    private static let tooMuch = "array_fill('x'::text, ARRAY[9])"
    private static let tooLong = "ARRAY[repeat('x', 129)]"

    @Test(arguments: [
        "authenticated_at => now() + interval '1 second'", "authenticated_at => 'infinity'",
        "authenticated_at => '-infinity'", "authentication_methods => '{}'", "authentication_methods => '{pwd,NULL}'",
        "authentication_methods => '{pwd,\"\"}'", "authentication_methods => '{{pwd}}'",
        "authentication_methods => \(tooMuch)", "authentication_methods => \(tooLong)",
    ])
    func `an impossible time or method of authentication is refused`(parameter: String) throws {
        let database = try FunctionDatabase()
        #expect(throws: SupportError.self) { try database.create("a", parameter) }
        #expect(throws: SupportError.self) { try database.sql("SELECT create_access_token('ann', \(parameter))") }
        try database.create("a")
        // In plain SQL too, as far as a constraint of the table can check it.
        if !parameter.contains("now()") {
            let change = parameter.replacing("=>", with: "=")
            #expect(throws: SupportError.self) { try database.sql("UPDATE session_tokens SET \(change)") }
        }
        #expect(try database.live() == ["a"])
    }

    @Test func `the oldest sessions over the limit end, and workers are notified`() throws {
        let database = try FunctionDatabase()
        for name in ["a", "b", "c"] { try database.create(name) }
        try database.create("other", of: "bob")
        let heard = try database.notifications(of: FunctionDatabase.create("d", "session_limit => 2"))
        #expect(try database.live() == ["c", "d", "other"])
        #expect(heard == ["h:a,b"])
    }

    @Test func `the new session stays, even if it is the oldest by its clock`() throws {
        let database = try FunctionDatabase()
        try database.create("a")
        try database.sql("UPDATE session_tokens SET created_at = now() + interval '1 hour'")
        try database.create("b", "session_limit => 1")
        #expect(try database.live() == ["b"])
    }

    @Test func `sessions with a label are neither counted nor ended by a limit, and end none`() throws {
        let database = try FunctionDatabase()
        try database.create("backup", label: "backup")
        try database.create("a")
        try database.create("b", "session_limit => 2")
        #expect(try database.live() == ["a", "b", "backup"])
        try database.create("sync", label: "sync", "session_limit => 1")
        #expect(try database.live() == ["a", "b", "backup", "sync"])
    }

    @Test func `of two concurrent logins with a limit of one, one stays`() throws {
        let database = try FunctionDatabase()
        try database.knowUser("ann")
        let (one, two) = (try database.session(), try database.session())
        try one.sql("BEGIN")
        try one.sql(FunctionDatabase.create("a", "session_limit => 1"))
        try two.startAndBlock(FunctionDatabase.create("b", "session_limit => 1"))
        try one.sql("COMMIT")
        #expect(try two.finish() == "1")
        #expect(try database.live() == ["b"])
    }

    @Test func `a session without a limit counts for a login with one`() throws {
        let database = try FunctionDatabase()
        try database.create("a")
        try database.create("b", "session_limit => 1")
        #expect(try database.live() == ["b"])
    }

    @Test func `nobody waits for a login without a limit`() throws {
        let database = try FunctionDatabase()
        let (one, two) = (try database.session(), try database.session())
        try database.create("first")
        try one.sql("BEGIN")
        try one.sql(FunctionDatabase.create("a"))
        try two.sql("SET lock_timeout = '1ms'")
        #expect(try two.sql(FunctionDatabase.create("b")) == "1")
        #expect(try two.sql(FunctionDatabase.create("c", "session_limit => 3")) == "1")
        try one.sql("COMMIT")
        #expect(try database.live() == ["a", "b", "c", "first"])
    }

    @Test func `a login ends the session that it replaces, of any user, before the limit counts`() throws {
        let database = try FunctionDatabase()
        try database.create("a")
        try database.create("b")
        let heard = try database.notifications(
            of: FunctionDatabase.create("c", "session_limit => 2, replaces => \(FunctionDatabase.hash("b"))"))
        #expect(try database.live() == ["a", "c"])
        #expect(heard == ["h:b"])
        try database.create("d", of: "bob", "replaces => \(FunctionDatabase.hash("c"))")
        #expect(try database.live() == ["a", "d"])
        #expect(try database.sql("SELECT revoked_at IS NOT NULL FROM session_tokens WHERE user_agent = 'c'") == "t")
    }

    @Test func `a refused login ends nothing`() throws {
        let database = try FunctionDatabase()
        try database.create("a")
        try database.create("b")
        let made = try database.create(
            "c", epoch: 7, "session_limit => 1, replaces => \(FunctionDatabase.hash("a"))")
        #expect(!made)
        #expect(try database.live() == ["a", "b"])
    }

    @Test func `a limit is refused in a transaction that cannot see other logins`() throws {
        let database = try FunctionDatabase()
        #expect(throws: SupportError.self) {
            try database.sql(
                "BEGIN ISOLATION LEVEL REPEATABLE READ; \(FunctionDatabase.create("a", "session_limit => 1")); COMMIT")
        }
        #expect(try database.live() == [])
    }
}
