import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A login in progress while all of the user's sessions are revoked does not survive that, and a later login succeeds.
@Suite struct LoginRaceTests: OnTwoPods {
    /// The statements that invalidate a login in progress. ID is replaced by the user's id.
    static let revocations = [
        "UPDATE authfcgi_users SET password_hash = 'y'", "UPDATE authfcgi_users SET disabled = true",
        "DELETE FROM authfcgi_users", "SELECT revoke_user_sessions('ID')", "SELECT revoke_all_sessions()",
    ]

    let server: PostgreSQLServer
    let database: String
    let one: TestStore
    let two: TestStore

    init() async throws {
        (server, database, one, two) = try await Self.startTwo()
        try psql("INSERT INTO authfcgi_users (username, password_hash) VALUES ('ann', 'x')")
    }

    private func ann() async throws -> UserRecord { try #require(try await one.store.user(named: "ann")) }

    private func logIn(_ user: UserRecord) async throws -> SessionToken? {
        try await one.store.createAccessToken(for: user, origin: SessionOrigin())?.token
    }

    @Test(arguments: revocations)
    func `a login that read the user before the revocation creates no session`(sql: String) async throws {
        let user = try await ann()
        let (token, before) = try await (one.signIn("other").token, logIn(user))
        let live = try #require(before)
        try await two.warm(live)
        try psql(sql.replacing("ID", with: user.identity.userID))
        #expect(try await logIn(user) == nil)
        try await two.expectRefused(live, by: .now + TestStore.revocationDelay)
        // A session of an external user that is created now is valid.
        #expect(try await (one.store.session(for: token) == nil) == sql.contains("all_sessions"))
        let (late, _) = try await one.signIn("other")
        for pod in [one, two] { #expect(try await pod.store.session(for: late) != nil) }
    }

    @Test(arguments: revocations.dropLast())
    func `a login waits for an uncommitted revocation of the user's sessions, and creates no session`(
        sql: String
    ) async throws {
        let user = try await ann()
        let transaction = try PostgreSQLConnection(server.url(database: database), log: one.log.logger)
        let statement = sql.replacing("ID", with: user.identity.userID)
        try transaction.script("BEGIN; \(statement)", deadline: .seconds(5))
        let login = Task { try await logIn(user) }
        try await waitForLock()
        try transaction.script("COMMIT", deadline: .seconds(5))
        #expect(try await login.value == nil)
        #expect(try psql("SELECT count(*) FROM session_tokens") == "0")
    }

    @Test func `an uncommitted revocation of all sessions ends those that are created before its commit`() async throws
    {
        let user = try await ann()
        let transaction = try PostgreSQLConnection(server.url(database: database), log: one.log.logger)
        try transaction.script("BEGIN; SELECT revoke_all_sessions()", deadline: .seconds(5))
        let token = try #require(try await logIn(user))
        for pod in [one, two] { try await pod.warm(token) }
        try transaction.script("COMMIT", deadline: .seconds(5))
        let limit = BootInstant.now + TestStore.revocationDelay
        for pod in [one, two] { try await pod.expectRefused(token, by: limit) }
        #expect(try await logIn(user) == nil)
    }

    @Test(arguments: revocations)
    func `a revocation does not wait for an uncommitted session, and ends it`(sql: String) async throws {
        let user = try await ann()
        // A first session makes the user's row, and that everybody waits for.
        _ = try await logIn(user)
        let transaction = try PostgreSQLConnection(server.url(database: database), log: one.log.logger)
        try transaction.script("BEGIN", deadline: .seconds(5))
        let rows = try transaction.query(
            "SELECT create_access_token('\(user.identity.userID)')", deadline: .seconds(5))
        let token = try #require(SessionToken(rows.text(0, 0)))
        let statement = sql.replacing("ID", with: user.identity.userID)
        try psql("SET lock_timeout = '1ms'; \(statement)")
        try transaction.script("COMMIT", deadline: .seconds(5))
        let limit = BootInstant.now + TestStore.revocationDelay
        for pod in [one, two] { try await pod.expectRefused(token, by: limit) }
    }

    @Test(arguments: [false, true])
    func `after revoking all and a new login the session is known on both pods, and soon from memory`(
        everybody: Bool
    ) async throws {
        let old = try #require(try await logIn(ann()))
        for pod in [one, two] { try await pod.warm(old) }
        for _ in 0..<5 {
            let user = try await ann()
            if everybody {
                try psql("SELECT revoke_all_sessions()")
            } else {
                try await one.store.revokeAll(ofUser: user.identity.userID)
            }
            let token = try #require(try await logIn(ann()))
            let signedIn = BootInstant.now
            for pod in [one, two] { #expect(try await pod.store.session(for: token) != nil) }
            // The next heartbeat determines the time of the notification, at most a quarter of the revocation delay
            // later.
            for pod in [one, two] { try await pod.warm(token) }
            #expect(BootInstant.now - signedIn < .seconds(2))
            for pod in [one, two] { #expect(try await pod.store.session(for: old) == nil) }
        }
    }
}
