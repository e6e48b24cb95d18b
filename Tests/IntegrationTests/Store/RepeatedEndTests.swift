import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// The connection is lost while an end of sessions waits for a lock. The statement is repeated, and waits for the lock and
/// for its first sending, which goes on at the server. Its answer must be that of the first sending.
@Suite struct RepeatedEndTests {
    private let server: PostgreSQLServer
    private let proxy: SocketProxy
    private let pod: TestStore

    init() async throws {
        (server, proxy, pod) = try await TestStore.startBehindProxy()
    }

    /// Requests a change while these rows are locked, loses the connection, unlocks the rows once the repetition waits too,
    /// and returns the result.
    /// - Parameter isSeen: False for a statement that waits for so short a time that nobody sees it: it is sent again and again.
    private func losingConnection<T: Sendable>(
        whileLocking rows: String, isSeen: Bool = true, _ change: @escaping @Sendable (SessionStore) async throws -> T
    ) async throws -> T {
        let holder = try PostgreSQLConnection(server.url(), log: RecordedLog().logger)
        try holder.script("BEGIN; SELECT FROM \(rows) FOR UPDATE", deadline: .seconds(5))
        let store = pod.store
        let result = Task { try await change(store) }
        if isSeen { try await untilWaiting(1) } else { try await Task.sleep(for: .milliseconds(200)) }
        proxy.cut()
        if isSeen { try await untilWaiting(2) } else { try await Task.sleep(for: .milliseconds(200)) }
        try holder.script("COMMIT", deadline: .seconds(5))
        let answer = try await result.value
        #expect(pod.log.text.contains("connection for changes: PostgreSQL connection lost"), "\(pod.log.text)")
        return answer
    }

    /// Waits until this number of backends wait for a lock.
    private func untilWaiting(_ count: Int) async throws {
        let deadline = Deadline(within: .seconds(4))
        while try server.psql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") != "\(count)" {
            try #require(!deadline.hasPassed, "\(count) do not wait: \(pod.log.text)")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test func `a session that was ended by its id was live`() async throws {
        let (token, session) = try await pod.signIn()
        let wasLive = try await losingConnection(whileLocking: "session_tokens WHERE session_id = '\(session.id)'") {
            try await $0.revoke(sessionID: session.id, ofUser: "id-ann")
        }
        #expect(wasLive)
        #expect(try await pod.sessionOnceItAnswers(token) == nil)
        #expect(try await !pod.store.revoke(sessionID: session.id, ofUser: "id-ann"))
    }

    @Test func `a session that was ended by its token was live`() async throws {
        let (token, session) = try await pod.signIn()
        let ended = try await losingConnection(
            whileLocking: "session_tokens WHERE session_id = '\(session.id)'", isSeen: false
        ) {
            try await $0.end(token)
        }
        #expect(ended == EndedSession(id: session.id, userID: "id-ann", wasLive: true))
        #expect(try await pod.store.end(token)?.wasLive == false)
    }

    @Test func `the number of a user's sessions that were ended is right`() async throws {
        let (kept, _) = try await pod.signIn()
        for _ in 0..<3 { _ = try await pod.signIn() }
        let others = try await losingConnection(whileLocking: "user_epochs WHERE user_id = 'id-ann'") {
            try await $0.revokeAll(ofUser: "id-ann", except: kept)
        }
        #expect(others == 3)
        #expect(try await pod.sessionOnceItAnswers(kept) != nil)
        #expect(try await pod.store.revokeAll(ofUser: "id-ann") == 1)
    }

    @Test func `a changed password is changed, and the number of ended sessions is right`() async throws {
        try server.psql("INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('id-ann', 'ann', 'x')")
        let (kept, _) = try await pod.signIn()
        for _ in 0..<2 { _ = try await pod.signIn() }
        let user = try #require(try await pod.store.user(named: "ann"))
        let ended = try await losingConnection(whileLocking: "authfcgi_users WHERE id = 'id-ann'") {
            try await $0.changePassword(of: user, to: "y", keeping: kept)
        }
        #expect(ended == 2)
        #expect(try server.psql("SELECT password_hash FROM authfcgi_users") == "y")
        #expect(try await pod.sessionOnceItAnswers(kept) != nil)
    }
}
