import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The connection is lost after PostgreSQL has committed a change, before its answer arrives. The statement is repeated,
/// and finds that its work is done.
@Suite struct LostAnswerTests {
    private let server: PostgreSQLServer
    private let proxy: SocketProxy
    private let pod: TestStore

    init() async throws {
        (server, proxy, pod) = try await TestStore.startBehindProxy()
        // The write lane's connection is open from now on.
        _ = try await pod.signIn("somebody")
    }

    /// Requests a change, loses its answer once `isDone` returns true, and returns the result. The change's statement must
    /// have been used before: at its first use it would wait for the answer to its preparation.
    private func losingAnswer<T: Sendable>(
        isDone: String, _ change: @escaping @Sendable (SessionStore) async throws -> T
    ) async throws -> T {
        proxy.pause(.toClient)
        let store = pod.store
        let result = Task { try await change(store) }
        let deadline = Deadline(within: .seconds(4))
        while try server.psql("SELECT \(isDone)") != "t" {
            try #require(!deadline.hasPassed, "it is not done")
            try await Task.sleep(for: .milliseconds(5))
        }
        proxy.cut()
        proxy.resume()
        return try await result.value
    }

    private func isEnded(_ session: Session) -> String {
        "revoked_at IS NOT NULL FROM session_tokens WHERE session_id = '\(session.id)'"
    }

    private func expectRepetition() {
        #expect(pod.log.text.contains("connection for changes: PostgreSQL connection lost"), "\(pod.log.text)")
    }

    @Test func `a session that was ended by its id was live`() async throws {
        let (token, session) = try await pod.signIn()
        #expect(try await !pod.store.revoke(sessionID: session.id, ofUser: "id-bob"))
        let wasLive = try await losingAnswer(isDone: isEnded(session)) {
            try await $0.revoke(sessionID: session.id, ofUser: "id-ann")
        }
        #expect(wasLive)
        expectRepetition()
        #expect(try await pod.sessionOnceItAnswers(token) == nil)
        #expect(try await !pod.store.revoke(sessionID: session.id, ofUser: "id-ann"), "it is not live any more")
    }

    @Test func `a session that had ended before was not live`() async throws {
        let (_, session) = try await pod.signIn()
        try server.psql(
            """
            UPDATE session_tokens SET revoked_at = now() - interval '10 s', expires_at = now() - interval '10 s'
            WHERE user_id = 'id-ann'
            """)
        #expect(try await !pod.store.revoke(sessionID: session.id, ofUser: "id-bob"))
        proxy.pause(.toClient)
        let store = pod.store
        let wasLive = Task { try await store.revoke(sessionID: session.id, ofUser: "id-ann") }
        try await Task.sleep(for: .milliseconds(200))
        proxy.cut()
        proxy.resume()
        #expect(try await !wasLive.value)
        expectRepetition()
        // Neither is another user's.
        #expect(try await !pod.store.revoke(sessionID: session.id, ofUser: "id-bob"))
    }

    @Test func `a session that was ended by its token was live`() async throws {
        _ = try await pod.store.end(try await pod.signIn().token)
        let (token, session) = try await pod.signIn()
        let ended = try await losingAnswer(isDone: isEnded(session)) { try await $0.end(token) }
        #expect(ended == EndedSession(id: session.id, userID: "id-ann", wasLive: true))
        expectRepetition()
        #expect(try await pod.store.end(token)?.wasLive == false)
    }

    @Test func `the number of a user's sessions that were ended is right`() async throws {
        let (kept, _) = try await pod.signIn()
        #expect(try await pod.store.revokeAll(ofUser: "id-ann", except: kept) == 0)
        var last: Session?
        for _ in 0..<3 { last = try await pod.signIn().session }
        let session = try #require(last)
        let others = try await losingAnswer(isDone: isEnded(session)) {
            try await $0.revokeAll(ofUser: "id-ann", except: kept)
        }
        #expect(others == 3)
        expectRepetition()
        #expect(try await pod.sessionOnceItAnswers(kept) != nil)
        #expect(try await pod.store.revokeAll(ofUser: "id-ann") == 1)
    }

    @Test func `a changed password is changed, and the number of ended sessions is right`() async throws {
        try server.psql("INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('id-ann', 'ann', 'x')")
        let (kept, _) = try await pod.signIn()
        let before = try #require(try await pod.store.user(named: "ann"))
        #expect(try await pod.store.changePassword(of: before, to: "z", keeping: kept) == 0)
        let (_, other) = try await pod.signIn()
        let user = try #require(try await pod.store.user(named: "ann"))
        let ended = try await losingAnswer(isDone: isEnded(other)) {
            try await $0.changePassword(of: user, to: "y", keeping: kept)
        }
        #expect(ended == 1)
        expectRepetition()
        #expect(try server.psql("SELECT password_hash FROM authfcgi_users") == "y")
        #expect(try await pod.sessionOnceItAnswers(kept) != nil)
    }

    @Test func `a password that was chosen with a link is set, and the number of ended sessions is right`() async throws
    {
        try server.psql("INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('id-ann', 'ann', 'x')")
        let ann = PasswordResetUser(id: "id-ann", username: "ann")
        func link() throws -> PasswordResetCode {
            let code = try PasswordResetCode.make()
            try server.psql("SELECT create_password_reset('id-ann', decode('\(code.hash.hex)', 'hex'))")
            return code
        }
        #expect(try await pod.store.resetPassword(with: link(), of: ann, to: "z") == 0)
        let (code, (_, session)) = (try link(), try await pod.signIn())
        let ended = try await losingAnswer(isDone: isEnded(session)) {
            try await $0.resetPassword(with: code, of: ann, to: "y")
        }
        #expect(ended == 1)
        expectRepetition()
        #expect(try server.psql("SELECT password_hash FROM authfcgi_users") == "y")
        #expect(try await pod.store.resetPassword(with: code, of: ann, to: "w") == nil)
    }
}
