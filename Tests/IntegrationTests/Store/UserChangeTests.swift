import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The effects of changes to the gate's own users, by command or plain SQL, on sessions in the memory of two pods.
@Suite struct UserChangeTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let pods: [TestStore]

    init() async throws {
        (server, database) = try SharedServers.newDatabase()
        pods = try await [
            TestStore.startKeeping(server.url(database: database)),
            TestStore.startKeeping(server.url(database: database)),
        ]
        try psql("INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'ann', 'x'), ('2', 'bob', 'x')")
    }

    private func signIn(_ userID: String) async throws -> SessionToken {
        let token = try await pods[0].store.createAccessToken(for: Identity(userID: userID, username: "ann")).token
        for pod in pods { try await pod.warm(token) }
        return token
    }

    private func expectEnded(_ tokens: [SessionToken], by limit: BootInstant, not other: SessionToken) async throws {
        for token in tokens { for pod in pods { try await pod.expectRefused(token, by: limit) } }
        for pod in pods { #expect(try await pod.store.session(for: other) != nil) }
    }

    @Test(arguments: ["passwd", "disable", "delete"])
    func `user commands end only that user's sessions, on every pod`(command: String) async throws {
        let (tokens, other) = try await ([signIn("1"), signIn("1")], signIn("2"))
        let result = try run(["user", command, "ann"], input: "another password\n")
        let limit = BootInstant.now + TestStore.revocationDelay
        #expect(result.output.hasSuffix(" user ann (id 1) and ended 2 sessions.\n"), "\(result)")
        try await expectEnded(tokens, by: limit, not: other)
    }

    @Test(arguments: [
        "UPDATE authfcgi_users SET password_hash = 'y' WHERE id = '1'",
        "UPDATE authfcgi_users SET disabled = true WHERE username = 'ann'", "DELETE FROM authfcgi_users WHERE id = '1'",
        "UPDATE authfcgi_users SET id = '3' WHERE id = '1'",
        // The session that an earlier end has kept is not kept by a later one.
        "SELECT revoke_user_sessions('1', (SELECT token_hash FROM live_sessions WHERE user_id = '1' LIMIT 1)); "
            + "UPDATE authfcgi_users SET password_hash = 'y' WHERE id = '1'",
        "SET authfcgi.kept_hash = 'x'; UPDATE authfcgi_users SET password_hash = id || 'y' WHERE id = '1'",
        // Nor with a replication tool, which disables ordinary triggers.
        "SET session_replication_role = replica; DELETE FROM authfcgi_users WHERE id = '1'",
        "SET session_replication_role = replica; UPDATE authfcgi_users SET disabled = true WHERE id = '1'",
    ])
    func `plain SQL on users ends their sessions too`(sql: String) async throws {
        let (tokens, other) = try await ([signIn("1"), signIn("1")], signIn("2"))
        try psql(sql)
        try await expectEnded(tokens, by: .now + TestStore.revocationDelay, not: other)
    }

    @Test(arguments: [
        "UPDATE authfcgi_users SET name = 'Ann', email = 'a@x', groups = '{a}'",
        "UPDATE authfcgi_users SET username = id",
        "UPDATE authfcgi_users SET password_hash = password_hash, disabled = false",
    ])
    func `a change of other columns ends no session`(sql: String) async throws {
        let (token, other) = try await (signIn("1"), signIn("2"))
        try psql(sql)
        #expect(try run(["user", "enable", "1"]).status.isSuccess)
        for pod in pods {
            for token in [token, other] { #expect(try await pod.store.session(for: token) != nil) }
        }
    }

    @Test(arguments: ["passwd", "disable", "delete"])
    func `a login in progress creates no session after a user command`(command: String) async throws {
        let store = pods[0].store
        let user = try #require(try await store.user(named: "ann"))
        #expect(try await store.createAccessToken(for: user, origin: SessionOrigin()) != nil)
        #expect(try run(["user", command, "ann"], input: "another password\n").status.isSuccess)
        #expect(try await store.createAccessToken(for: user, origin: SessionOrigin()) == nil)
    }

    @Test func `a role that may only write users cannot keep a session alive`() async throws {
        let token = try await signIn("1")
        try psql(
            """
            DO $$ BEGIN
                CREATE ROLE \(database)_clerk;
                GRANT SELECT, UPDATE ON authfcgi_users TO \(database)_clerk;
            END $$
            """)
        let clerk = "SET ROLE \(database)_clerk; "
        #expect(throws: SupportError.self) {
            try psql(clerk + "UPDATE user_epochs SET kept_hash = session_token_hash('\(token.secretText)')")
        }
        #expect(throws: SupportError.self) {
            try psql(clerk + "SELECT change_user_password('1', 'x', 'y', session_token_hash('\(token.secretText)'))")
        }
        try psql(clerk + "UPDATE authfcgi_users SET password_hash = 'y' WHERE id = '1'")
        let limit = BootInstant.now + TestStore.revocationDelay
        for pod in pods { try await pod.expectRefused(token, by: limit) }
        try psql("DROP OWNED BY \(database)_clerk; DROP ROLE \(database)_clerk")
    }
}
