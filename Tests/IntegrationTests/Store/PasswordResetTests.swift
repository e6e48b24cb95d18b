import EventLoop
import Logging
import TestSupport
import Testing

@testable import Sessions

/// Links for a new password, with concurrent uses, sessions and logins on two pods.
@Suite struct PasswordResetTests: OnTwoPods {
    let server: PostgreSQLServer
    let database: String
    let one: TestStore
    let two: TestStore

    init() async throws {
        (server, database, one, two) = try await Self.startTwo()
        try psql(Self.annAndBob)
    }

    /// Makes a link as the command does.
    private func makeLink(_ id: String = "1") throws -> PasswordResetCode {
        let code = try PasswordResetCode.make()
        let end = try psql("SELECT create_password_reset('\(id)', decode('\(code.hash.hex)', 'hex')) IS NOT NULL")
        try #require(end == "t")
        return code
    }

    private func look(_ code: PasswordResetCode, on pod: TestStore? = nil) async throws -> PasswordResetUser? {
        try await (pod ?? one).store.userOfPasswordReset(code, from: "192.0.2.1")
    }

    private func use(
        _ code: PasswordResetCode, to hash: String = "y", on pod: TestStore? = nil, of id: String = "1"
    ) async throws -> Int? {
        try await (pod ?? one).store.resetPassword(
            with: code, of: PasswordResetUser(id: id, username: "ann"), to: hash)
    }

    private func stored(_ id: String = "1") throws -> String {
        try psql("SELECT password_hash FROM authfcgi_users WHERE id = '\(id)'")
    }

    private func expectInvalid(_ code: PasswordResetCode) async throws {
        for pod in [one, two] { #expect(try await look(code, on: pod) == nil) }
        let before = try psql("SELECT * FROM authfcgi_users ORDER BY id; SELECT * FROM user_epochs ORDER BY 1")
        #expect(try await use(code, to: "other") == nil)
        #expect(try psql("SELECT * FROM authfcgi_users ORDER BY id; SELECT * FROM user_epochs ORDER BY 1") == before)
    }

    @Test func `a link changes the password once, and ends all sessions of the user on every pod`() async throws {
        let (first, second, other) = try await (signIn(), signIn(), signIn("2"))
        let code = try makeLink()
        for pod in [one, two] {
            #expect(try await look(code, on: pod) == PasswordResetUser(id: "1", username: "ann"))
        }
        // Neither the making nor the look has ended anything.
        for pod in [one, two] { #expect(try await pod.store.session(for: first) != nil) }
        #expect(try await use(code) == 2)
        let limit = BootInstant.now + TestStore.revocationDelay
        for token in [first, second] {
            #expect(try await one.store.session(for: token) == nil)
            try await two.expectRefused(token, by: limit)
        }
        for pod in [one, two] { #expect(try await pod.store.session(for: other) != nil) }
        #expect(try stored() == "y" && stored("2") == "x")
        #expect(try psql("SELECT updated_at > created_at FROM authfcgi_users ORDER BY id") == "t\nf")
        try await expectInvalid(code)
    }

    @Test func `a login in progress with the old password creates no session`() async throws {
        let user = try #require(try await one.store.user(id: "1"))
        let code = try makeLink()
        #expect(try await use(code) == 0)
        #expect(try await two.store.createAccessToken(for: user, origin: SessionOrigin()) == nil)
    }

    @Test func `of many concurrent uses of a link one succeeds`() async throws {
        let code = try makeLink()
        let ended = try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<12 {
                group.addTask { try await use(code, to: "hash \(number)", on: number % 2 == 0 ? one : two) }
            }
            return try await group.reduce(into: [Int?]()) { $0.append($1) }
        }
        #expect(ended.compactMap(\.self) == [0] && ended.count == 12)
        #expect(try psql("SELECT ended_before FROM user_epochs WHERE user_id = '1'") == "1")
        #expect(try stored().hasPrefix("hash "))
    }

    @Test func `a use waits for an uncommitted one, and finds the link used`() async throws {
        let code = try makeLink()
        let transaction = try PostgreSQLConnection(server.url(database: database), log: one.log.logger)
        try transaction.script("BEGIN", deadline: .seconds(5))
        let statement = UsePasswordReset(codeHash: code.hash, newHash: "y")
        #expect(try transaction.run(statement, in: Schema(nil), deadline: .seconds(5)) == 0)
        let second = Task { try await use(code, to: "z", on: two) }
        try await waitForLock()
        try transaction.script("COMMIT", deadline: .seconds(5))
        #expect(try await second.value == nil)
        #expect(try stored() == "y")
    }

    @Test func `a use that is rolled back leaves the link`() async throws {
        let code = try makeLink()
        try psql("BEGIN; SELECT use_password_reset(decode('\(code.hash.hex)', 'hex'), 'y'); ROLLBACK")
        #expect(try stored() == "x")
        #expect(try await use(code) == 0)
    }

    @Test func `a use that is repeated after a lost answer is recognized by its hash, and done once`() async throws {
        let (code, token) = (try makeLink(), try await signIn())
        let call = "SELECT use_password_reset(decode('\(code.hash.hex)', 'hex'), 'y')"
        #expect(try psql(call) == "1")
        let epoch = try psql("SELECT epoch FROM user_epochs WHERE user_id = '1'")
        #expect(try psql(call) == "0")
        #expect(try psql("SELECT epoch FROM user_epochs WHERE user_id = '1'") == epoch)
        try await two.expectRefused(token, by: .now + TestStore.revocationDelay)
        #expect(try await use(code, to: "z") == nil)
    }

    @Test func `another link makes the earlier one invalid, used or not`() async throws {
        let (earlier, bobs) = (try makeLink(), try makeLink("2"))
        let later = try makeLink()
        try await expectInvalid(earlier)
        #expect(try await use(later) == 0)
        let last = try makeLink()
        try await expectInvalid(later)
        try await expectInvalid(earlier)
        #expect(try await use(last, to: "z") == 0)
        #expect(try await use(bobs, to: "z", of: "2") == 0)
    }

    @Test(arguments: [
        "UPDATE authfcgi_users SET password_hash = 'z' WHERE id = '1'",
        "UPDATE authfcgi_users SET disabled = true WHERE id = '1'",
        """
        UPDATE authfcgi_users SET disabled = true WHERE id = '1';
        UPDATE authfcgi_users SET disabled = false WHERE id = '1'
        """,
        "DELETE FROM authfcgi_users WHERE id = '1'", "TRUNCATE authfcgi_users",
        // Another user of that id.
        """
        DELETE FROM authfcgi_users WHERE id = '1';
        INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'eve', 'x')
        """,
        "UPDATE authfcgi_users SET id = '3' WHERE id = '1'",
        "DELETE FROM authfcgi_password_resets", "UPDATE authfcgi_password_resets SET expires_at = now()",
        "UPDATE authfcgi_password_resets SET used_at = now()",
    ])
    func `a change of the user, or of the link, makes the link invalid`(sql: String) async throws {
        let code = try makeLink()
        try psql(sql)
        try await expectInvalid(code)
    }

    @Test func `so does a change by the user, and a rehash of the same password does not`() async throws {
        let (code, token) = (try makeLink(), try await signIn())
        let user = try #require(try await one.store.user(id: "1"))
        await one.store.rehash(user, to: "x again")
        #expect(try stored() == "x again")
        #expect(try await look(code) != nil)
        let now = try #require(try await one.store.user(id: "1"))
        #expect(try await one.store.changePassword(of: now, to: "mine", keeping: token) == 0)
        try await expectInvalid(code)
        #expect(try stored() == "mine")
    }

    @Test func `a link is valid for an hour, and rows of expired ones do not stay`() async throws {
        let code = try makeLink()
        func age(by time: String) throws {
            try psql("UPDATE authfcgi_password_resets SET expires_at = expires_at - interval '\(time)'")
        }
        #expect(try psql("SELECT expires_at - created_at = interval '1 hour' FROM authfcgi_password_resets") == "t")
        try age(by: "59 min")
        #expect(try await look(code) != nil)
        try age(by: "2 min")
        try await expectInvalid(code)
        _ = try makeLink("2")
        #expect(try psql("SELECT user_id FROM authfcgi_password_resets") == "2")
    }

    @Test func `there is no link for nobody, nor for a disabled user`() throws {
        try psql("UPDATE authfcgi_users SET disabled = true WHERE id = '2'")
        for id in ["2", "3", ""] {
            #expect(try psql("SELECT create_password_reset('\(id)', sha256('x')) IS NULL") == "t")
        }
        for call in [
            "create_password_reset(NULL, sha256('x'))", "create_password_reset('1', NULL)",
            "create_password_reset('1', 'short')", "use_password_reset(NULL, 'x')",
            "use_password_reset(sha256('x'), NULL)",
        ] {
            #expect(throws: SupportError.self) { try psql("SELECT \(call)") }
        }
        #expect(try psql("SELECT count(*) FROM authfcgi_password_resets") == "0")
    }

    @Test func `a use is refused with an older snapshot`() throws {
        let code = try makeLink()
        for level in ["REPEATABLE READ", "SERIALIZABLE"] {
            let call = "SELECT use_password_reset(decode('\(code.hash.hex)', 'hex'), 'y')"
            #expect(throws: SupportError.self) { try psql("BEGIN ISOLATION LEVEL \(level); \(call); COMMIT") }
        }
        #expect(try stored() == "x")
    }

    @Test func `the database has the hash of a code alone`() async throws {
        let code = try makeLink()
        for _ in 0..<2 {
            let dump = try ServerProcess.output(
                ServerPrograms.postgreSQL("pg_dump"), ["--data-only", "-d", server.url(database: database)])
            #expect(dump.contains(code.hash.hex) && !dump.contains(code.secretText.dropFirst(4)))
            _ = try await use(code)
        }
    }
}
