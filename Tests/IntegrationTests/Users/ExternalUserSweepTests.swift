import TestSupport
import Testing

@testable import Sessions

/// USERS_COMPARISON_INTERVAL: signed-in users are looked up in the users table periodically.
@Suite struct ExternalUserSweepTests {
    private let users: ForeignUsers
    private let pod: TestStore

    init() async throws {
        users = try ForeignUsers.django()
        pod = try await users.store(
            UsersQuery(sql: UsersPreset.django.sql, deadline: .seconds(10), comparisonInterval: .milliseconds(200)))
    }

    private func logIn(_ name: String) async throws -> SessionToken {
        let user = try #require(try await pod.store.user(named: name))
        return try #require(try await pod.store.createAccessToken(for: user, origin: SessionOrigin())?.token)
    }

    private func lives(_ token: SessionToken) async throws -> Bool {
        try await pod.store.session(for: token) != nil
    }

    /// Waits until the users were compared twice.
    private func awaitComparison() throws {
        for _ in 0..<2 {
            let last = try users.database.psql("SELECT users_compared_at FROM authfcgi_state")
            try eventually("the users were compared") {
                try users.database.psql("SELECT users_compared_at FROM authfcgi_state") != last
            }
        }
    }

    @Test(arguments: [
        "UPDATE auth_user SET is_active = false WHERE username = 'ann'",
        "DELETE FROM auth_user_groups WHERE user_id = 1; DELETE FROM auth_user WHERE username = 'ann'",
        // The name belongs to another user now.
        """
        DELETE FROM auth_user_groups WHERE user_id = 1; UPDATE auth_user SET id = 77 WHERE username = 'ann'
        """,
    ])
    func `only disabled and removed users are signed out`(sql: String) async throws {
        let (ann, bob) = (try await logIn("ann"), try await logIn("bob"))
        try awaitComparison()
        #expect(try await lives(ann))
        try users.database.psql(sql)
        try await eventually("ann is signed out") { try await !lives(ann) }
        #expect(try await lives(bob))
    }

    @Test func `a user found twice keeps the sessions, and others are signed out all the same`()
        async throws
    {
        let (ann, bob) = (try await logIn("ann"), try await logIn("bob"))
        try users.database.psql(
            """
            ALTER TABLE auth_user DROP CONSTRAINT auth_user_username_key;
            INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
                                   date_joined)
            SELECT password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined
            FROM auth_user WHERE username = 'ann'
            """)
        let (eve, _) = try await pod.signIn("eve")
        try await eventually("whom the table does not know is signed out") { try await !lives(eve) }
        #expect(try await lives(ann))
        #expect(try await lives(bob))
        #expect(pod.log.text.contains("returned several rows for one name: 1 signed-in users"), "\(pod.log.text)")
    }

    @Test func `if most of many users are missing, nobody is signed out`() async throws {
        let bob = try await logIn("bob")
        // In one statement: a comparison that finds only some of them would end their sessions.
        let others = try users.database.psql(
            """
            SELECT create_access_token('id-other-' || n, username => 'other-' || n) FROM generate_series(0, 10) n
            """
        ).split(separator: "\n").compactMap { SessionToken(String($0)) }
        try #require(others.count == 11)
        try eventually("it is said", log: pod.log.text) { pod.log.text.contains("finds less than half") }
        for token in others + [bob] { #expect(try await lives(token)) }
        // With one less, they are ended. A session that was ended by plain SQL is not counted.
        try users.database.psql("UPDATE session_tokens SET revoked_at = now() WHERE user_id = 'id-other-0'")
        try await eventually("the others are signed out") { try await !lives(others[1]) }
        #expect(try await lives(bob))
    }

    @Test func `if no user is found, or the query fails, nobody is signed out`() async throws {
        let tokens = [try await logIn("ann"), try await logIn("bob")]
        for (sql, said) in [
            ("UPDATE auth_user SET username = username || ' '", "finds none of the signed-in users"),
            ("ALTER TABLE auth_user RENAME TO gone", "looking for removed users failed"),
        ] {
            try users.database.psql(sql)
            try eventually("it is said", log: pod.log.text) { pod.log.text.contains(said) }
            for token in tokens { #expect(try await lives(token)) }
        }
    }
}
