import TestSupport
import Testing

@testable import Sessions

/// `authfcgi_watch_users`: changes of users in another application's table end their sessions.
@Suite struct WatchedUsersTests {
    private let users: ForeignUsers
    private let pod: TestStore

    init() async throws {
        users = try ForeignUsers.django()
        pod = try await users.store(.django)
        try users.database.psql("SELECT authfcgi_watch_users('auth_user', 'id', 'password', 'NOT is_active')")
    }

    private func logIn(_ name: String) async throws -> SessionToken {
        let user = try #require(try await pod.store.user(named: name))
        return try #require(try await pod.store.createAccessToken(for: user, origin: SessionOrigin())?.token)
    }

    /// Returns whether the sessions of ann and bob are live after `sql`.
    private func alive(after sql: String) async throws -> [Bool] {
        let tokens = [try await logIn("ann"), try await logIn("bob")]
        try users.database.psql(sql)
        return [try await pod.store.session(for: tokens[0]) != nil, try await pod.store.session(for: tokens[1]) != nil]
    }

    @Test(arguments: [
        "UPDATE auth_user SET password = 'new' WHERE username = 'ann'",
        "UPDATE auth_user SET is_active = false WHERE username = 'ann'",
        "UPDATE auth_user SET id = 77 WHERE username = 'ann'",
        "DELETE FROM auth_user_groups; DELETE FROM auth_user WHERE username = 'ann'",
        "BEGIN; UPDATE auth_user SET last_login = now(); UPDATE auth_user SET password = 'x' WHERE id = 1; COMMIT",
        // Like replication tools, which disable ordinary triggers.
        "SET session_replication_role = replica; UPDATE auth_user SET password = 'new' WHERE username = 'ann'",
    ])
    func `a password change, disabling and deletion end the user's sessions`(sql: String) async throws {
        try users.database.psql(
            "ALTER TABLE auth_user_groups DROP CONSTRAINT auth_user_groups_user_id_6a12ed8b_fk_auth_user_id")
        #expect(try await alive(after: sql) == [false, true])
    }

    @Test(arguments: [
        "UPDATE auth_user SET last_login = now(), email = 'new@example.org'",
        "UPDATE auth_user SET password = password", "UPDATE auth_user SET is_active = true",
        "SET authfcgi.rehashing = 'on'; UPDATE auth_user SET password = 'other'",
        "BEGIN; UPDATE auth_user SET password = 'x'; ROLLBACK",
        "SELECT authfcgi_unwatch_users('auth_user'); UPDATE auth_user SET password = 'x'; DELETE FROM auth_group WHERE false",
    ])
    func `other changes end no sessions`(sql: String) async throws {
        #expect(try await alive(after: sql) == [true, true])
    }

    @Test(arguments: ["UPDATE auth_user SET password = 'x'", "TRUNCATE auth_user CASCADE"])
    func `a statement on all users ends all their sessions`(sql: String) async throws {
        #expect(try await alive(after: sql) == [false, false])
    }

    @Test func `a login that read the old password creates no session`() async throws {
        let user = try #require(try await pod.store.user(named: "ann"))
        try users.database.psql("UPDATE auth_user SET password = 'new' WHERE username = 'ann'")
        #expect(try await pod.store.createAccessToken(for: user, origin: SessionOrigin()) == nil)
    }

    @Test func `watching again replaces the triggers, and a mistake is refused and changes nothing`() async throws {
        for mistake in [
            "'auth_user', 'id', 'pasword'", "'auth_user', 'id', 'password', 'nonsense'", "'nowhere', 'id', 'x'",
        ] {
            #expect(throws: (any Error).self) { try users.database.psql("SELECT authfcgi_watch_users(\(mistake))") }
        }
        let triggers = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'auth_user'::regclass AND NOT tgisinternal"
        #expect(try users.database.psql(triggers) == "6")
        try users.database.psql("SELECT authfcgi_watch_users('auth_user', 'id', 'password')")
        #expect(try users.database.psql(triggers) == "6")
        #expect(try await alive(after: "UPDATE auth_user SET is_active = false") == [true, true])
    }

    @Test func `a user with an impossible session user id makes no statement fail`() async throws {
        try users.database.psql(
            """
            CREATE TABLE odd ("the id" text, "hash" text); INSERT INTO odd VALUES (repeat('i', 300), 'x'), ('', 'x');
            SELECT authfcgi_watch_users('odd', 'the id', 'hash', NULL); UPDATE odd SET hash = 'y'; DELETE FROM odd
            """)
        #expect(try users.database.psql("SELECT count(*) FROM odd") == "0")
    }

    @Test func `a role that may only change its users ends their sessions all the same`() async throws {
        let role = "\(users.database.name)_app"
        try users.database.psql("CREATE ROLE \(role); GRANT SELECT, UPDATE ON auth_user TO \(role)")
        #expect(
            try await alive(after: "SET ROLE \(role); UPDATE auth_user SET password = 'x' WHERE username = 'ann'")
                == [false, true])
        #expect(throws: (any Error).self) {
            try users.database.psql("SET ROLE \(role); SELECT authfcgi_watch_users('auth_user', 'id', 'password')")
        }
    }

    @Test func `the owner of a table, a member of authfcgi_mint, watches it without an administrator`() async throws {
        let role = "\(users.database.name)_owner"
        try users.database.psql(
            """
            CREATE ROLE \(role); GRANT authfcgi_mint TO \(role); SELECT authfcgi_unwatch_users('auth_user');
            ALTER TABLE auth_user OWNER TO \(role);
            SET ROLE \(role); SELECT authfcgi_watch_users('auth_user', 'id', 'password', 'NOT is_active')
            """)
        #expect(
            try await alive(after: "SET ROLE \(role); UPDATE auth_user SET password = 'x' WHERE username = 'ann'")
                == [false, true])
    }

    @Test func `ids and hashes of any type are compared by their text`() async throws {
        try users.database.psql(
            """
            CREATE SCHEMA app; CREATE DOMAIN app.hash AS text; CREATE TYPE app.state AS ENUM ('on', 'off');
            CREATE TABLE app.people (id uuid PRIMARY KEY, hash app.hash, state app.state);
            INSERT INTO app.people VALUES ('6f1f3c2e-0000-4000-8000-000000000001', 'x', 'on');
            SELECT authfcgi_watch_users('app.people', 'id', 'hash', $$state = 'off'::app.state$$);
            SELECT create_access_token('6f1f3c2e-0000-4000-8000-000000000001');
            UPDATE app.people SET hash = 'x', state = 'on'
            """)
        let live = "SELECT count(*) FROM live_sessions WHERE user_id = '6f1f3c2e-0000-4000-8000-000000000001'"
        #expect(try users.database.psql(live) == "1")
        try users.database.psql("UPDATE app.people SET state = 'off'")
        #expect(try users.database.psql(live) == "0")
    }
}
