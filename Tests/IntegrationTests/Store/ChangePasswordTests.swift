import EventLoop
import Logging
import TestSupport
import Testing

@testable import Sessions

/// A user's own password change, with concurrent sessions, logins and changes on two pods.
@Suite struct ChangePasswordTests: OnTwoPods {
    let server: PostgreSQLServer
    let database: String
    let one: TestStore
    let two: TestStore

    init() async throws {
        (server, database, one, two) = try await Self.startTwo()
        try psql(Self.annAndBob)
    }

    private func ann() async throws -> UserRecord { try #require(try await one.store.user(id: "1")) }

    private func change(
        _ user: UserRecord, to hash: String = "y", keeping kept: SessionToken
    ) async throws -> Int? {
        try await one.store.changePassword(of: user, to: hash, keeping: kept)
    }

    /// Returns the password hash of user 1.
    private func stored() throws -> String { try psql("SELECT password_hash FROM authfcgi_users WHERE id = '1'") }

    private func expectLive(_ tokens: SessionToken...) async throws {
        for pod in [one, two] { for token in tokens { #expect(try await pod.store.session(for: token) != nil) } }
    }

    @Test func `a password change ends the user's other sessions on every pod, and keeps this one`() async throws {
        let (kept, ended, third, other) = try await (signIn(), signIn(), signIn(), signIn("2"))
        let watch = await CheckWatch(two.store, kept)
        #expect(try await change(ann(), keeping: kept) == 2)
        let limit = BootInstant.now + TestStore.revocationDelay
        #expect(try await one.store.session(for: ended) == nil)
        for pod in [one, two] { for token in [ended, third] { try await pod.expectRefused(token, by: limit) } }
        for pod in [one, two] { try await pod.warm(kept) }
        #expect(await watch.stop().allSatisfy(\.isAccepted))
        try await expectLive(other)
        #expect(try stored() == "y")
        #expect(try psql("SELECT updated_at > created_at FROM authfcgi_users ORDER BY id") == "t\nf")
    }

    @Test func `a later change by SQL ends the kept session too`() async throws {
        let kept = try await signIn()
        #expect(try await change(ann(), keeping: kept) == 0)
        try psql("UPDATE authfcgi_users SET password_hash = 'z' WHERE id = '1'")
        let limit = BootInstant.now + TestStore.revocationDelay
        for pod in [one, two] { try await pod.expectRefused(kept, by: limit) }
    }

    @Test func `a login in progress with the old password creates no session`() async throws {
        let (user, kept) = try await (ann(), signIn())
        #expect(try await change(user, keeping: kept) == 0)
        #expect(try await two.store.createAccessToken(for: user, origin: SessionOrigin()) == nil)
        let next = try await signIn()
        try await expectLive(next, kept)
    }

    @Test func `a login waits for an uncommitted password change, and creates no session`() async throws {
        let (user, kept) = try await (ann(), signIn())
        let transaction = try PostgreSQLConnection(server.url(database: database), log: one.log.logger)
        try transaction.script("BEGIN", deadline: .seconds(5))
        let statement = ChangePassword(userID: "1", oldHash: "x", newHash: "y", kept: kept.hash)
        #expect(try transaction.run(statement, in: Schema(nil), deadline: .seconds(5)) == 0)
        let login = Task { try await two.store.createAccessToken(for: user, origin: SessionOrigin()) }
        try await waitForLock()
        try transaction.script("COMMIT", deadline: .seconds(5))
        #expect(try await login.value == nil)
        try await expectLive(kept)
    }

    @Test func `a password change does not wait for an uncommitted session, and ends it`() async throws {
        let (user, kept) = try await (ann(), signIn())
        let transaction = try PostgreSQLConnection(server.url(database: database), log: one.log.logger)
        try transaction.script("BEGIN", deadline: .seconds(5))
        let made = try transaction.query("SELECT create_access_token('1')", deadline: .seconds(5)).text(0, 0)
        let token = try #require(SessionToken(made))
        #expect(try await change(user, keeping: kept) == 0)
        try transaction.script("COMMIT", deadline: .seconds(5))
        let limit = BootInstant.now + TestStore.revocationDelay
        for pod in [one, two] { try await pod.expectRefused(token, by: limit) }
        try await expectLive(kept)
    }

    @Test func `of two concurrent changes of the same password one succeeds`() async throws {
        let (user, first, second) = try await (ann(), signIn(), signIn())
        async let one = change(user, to: "first", keeping: first)
        async let two = two.store.changePassword(of: user, to: "second", keeping: second)
        let ended = try await [one, two]
        #expect(ended.contains(1) && ended.contains(nil), "\(ended)")
        #expect(try stored() == (ended[0] == 1 ? "first" : "second"))
        #expect(try psql("SELECT count(*) FROM session_tokens WHERE expires_at > now()") == "1")
    }

    @Test(arguments: [
        "UPDATE authfcgi_users SET disabled = true WHERE id = '1'", "DELETE FROM authfcgi_users WHERE id = '1'",
        "UPDATE authfcgi_users SET password_hash = 'z' WHERE id = '1'", "SELECT revoke_user_sessions('1')",
        "SELECT revoke_all_sessions()", "DELETE FROM session_tokens", "UPDATE session_tokens SET user_id = '2'",
        "UPDATE session_tokens SET expires_at = now()",
    ])
    func `a disabled user, or one whose session has ended, cannot change the password`(sql: String) async throws {
        let (user, kept) = try await (ann(), signIn())
        try psql(sql)
        let before = try stored()
        let epochs = try psql("SELECT * FROM user_epochs ORDER BY 1")
        #expect(try await change(user, keeping: kept) == nil)
        #expect(try stored() == before)
        #expect(try psql("SELECT * FROM user_epochs ORDER BY 1") == epochs)
    }

    @Test func `with the session of another user nothing is changed`() async throws {
        let (mine, other) = try await (signIn(), signIn("2"))
        #expect(try await change(ann(), keeping: other) == nil)
        #expect(try stored() == "x")
        try await expectLive(mine, other)
    }

    @Test func `a password change repeated after a lost answer is done once`() async throws {
        let (user, kept, ended) = try await (ann(), signIn(), signIn())
        #expect(try await change(user, keeping: kept) == 1)
        let epoch = try psql("SELECT epoch FROM user_epochs WHERE user_id = '1'")
        #expect(try await change(user, keeping: kept) == 0)
        #expect(try psql("SELECT epoch FROM user_epochs WHERE user_id = '1'") == epoch)
        #expect(try await one.store.session(for: ended) == nil)
        try await expectLive(kept)
    }

    @Test func `a change that is rolled back changes nothing`() async throws {
        let (kept, other) = try await (signIn(), signIn())
        let call = "SELECT change_user_password('1', 'x', 'y', session_token_hash('\(kept.secretText)'))"
        try psql("BEGIN; \(call); ROLLBACK")
        #expect(try stored() == "x")
        try await expectLive(kept, other)
    }

    @Test func `a password change is refused with an older snapshot`() async throws {
        let kept = try await signIn()
        for level in ["REPEATABLE READ", "SERIALIZABLE"] {
            let call = "SELECT change_user_password('1', 'x', 'y', session_token_hash('\(kept.secretText)'))"
            #expect(throws: SupportError.self) { try psql("BEGIN ISOLATION LEVEL \(level); \(call); COMMIT") }
        }
        #expect(throws: SupportError.self) { try psql("SELECT change_user_password('1', 'x', 'y', NULL)") }
        #expect(try stored() == "x")
    }
}
