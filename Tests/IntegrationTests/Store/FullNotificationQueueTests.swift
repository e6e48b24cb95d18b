import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A session that listens and stays in a transaction keeps PostgreSQL's notification queue from being emptied. Then sessions
/// end without notifications, and are refused on every pod within the revocation delay all the same.
///
/// From PostgreSQL 17 on the queue is so small here that nobody can NOTIFY any more. Before, it has 8 GB: there the limit from
/// which on nothing is notified is low instead.
@Suite struct FullNotificationQueueTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let isSmall: Bool
    private let stranger: PostgreSQLConnection

    init() throws {
        folder = try TestFolder()
        let version = try ServerProcess.output(ServerPrograms.postgreSQL("postgres"), ["--version"])
        let number = try #require(version.firstMatch(of: /\(PostgreSQL\) (\d+)/).flatMap { Int($0.1) })
        isSmall = number >= 17
        server = try PostgreSQLServer(in: folder, settings: isSmall ? ["max_notify_queue_pages": "64"] : [:])
        try server.psql("CREATE ROLE stranger LOGIN")
        stranger = try PostgreSQLConnection(server.url(user: "stranger"), log: RecordedLog().logger)
    }

    private func pods(_ count: Int = 2) async throws -> [TestStore] {
        var pods: [TestStore] = []
        for _ in 0..<count { pods.append(try await TestStore.startKeeping(server.url())) }
        if !isSmall { try server.psql("UPDATE session_channel SET queue_limit = 0.0005") }
        return pods
    }

    private var usage: Double {
        get throws { Double(try server.psql("SELECT pg_notification_queue_usage()")) ?? 0 }
    }

    private var unannounced: Int {
        get throws { Int(try server.psql("SELECT coalesce(sum(revocations), 0) FROM unannounced_revocations")) ?? 0 }
    }

    /// Fills the queue, which is not emptied before `release()`.
    private func fill() throws {
        for statement in ["LISTEN something", "BEGIN", "SELECT 1"] {
            try stranger.script(statement, deadline: .seconds(5))
        }
        let flood = "SELECT count(pg_notify('strange', repeat('x', 7900) || i)) FROM generate_series(1, 8) i"
        guard isSmall else {
            while try usage < 0.0005 { try server.psql(flood, user: "stranger") }
            return
        }
        var isFull = false
        while !isFull {
            do {
                try server.psql(flood, user: "stranger")
            } catch let SupportError.unexpected(_, log) {
                try #require(log.contains("too many notifications in the NOTIFY queue"))
                isFull = true
            }
        }
    }

    private func release() throws { try stranger.script("ROLLBACK", deadline: .seconds(5)) }

    /// The ways to end the session ID of the user id-ann, and of nobody else.
    private static let statements = [
        "SELECT revoke_session('ID')", "SELECT revoke_user_sessions('id-ann')",
        "SELECT revoke_access_token_hash(token_hash) FROM session_tokens WHERE session_id = 'ID'",
        "DELETE FROM session_tokens WHERE session_id = 'ID'",
        "UPDATE session_tokens SET revoked_at = now() WHERE session_id = 'ID'",
        "UPDATE session_tokens SET expires_at = now() WHERE session_id = 'ID'",
        "UPDATE user_epochs SET epoch = epoch + 1, ended_before = epoch + 1 WHERE user_id = 'id-ann'",
        "DELETE FROM authfcgi_users WHERE id = 'id-ann'",
        "UPDATE authfcgi_users SET disabled = true WHERE id = 'id-ann'",
        "UPDATE authfcgi_users SET password_hash = 'y' WHERE id = 'id-ann'",
        "BEGIN; DELETE FROM session_tokens WHERE session_id = 'ID'; SELECT pg_sleep(0.3); COMMIT",
        "BEGIN ISOLATION LEVEL REPEATABLE READ; DELETE FROM session_tokens WHERE session_id = 'ID'; COMMIT",
        "SET session_replication_role = replica; DELETE FROM session_tokens WHERE session_id = 'ID'",
        "SELECT revoke_all_sessions()", "TRUNCATE session_tokens",
    ]

    /// Signs in, has both pods keep the session, ends it, and expects that both refuse it in time.
    private func expectEnd(
        _ pods: [TestStore], _ what: String, _ end: (SessionToken, Session) async throws -> Void
    ) async throws {
        let (token, session) = try await pods[0].signIn()
        for pod in pods { try await pod.warm(token) }
        let before = try unannounced
        try await end(token, session)
        let limit = BootInstant.now + TestStore.revocationDelay
        for pod in pods { try await pod.expectRefused(token, by: limit) }
        #expect(try unannounced == before + 1, "\(what)")
    }

    @Test func `sessions that end by any way are refused within the revocation delay`() async throws {
        let pods = try await pods()
        try fill()
        for sql in Self.statements {
            try server.psql(
                "INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('id-ann', 'ann', 'x') ON CONFLICT DO NOTHING"
            )
            try server.psql("INSERT INTO user_epochs (user_id) VALUES ('id-ann') ON CONFLICT DO NOTHING")
            try await expectEnd(pods, sql) { _, session in
                try server.psql(sql.replacing("ID", with: session.id))
            }
        }
        try await expectEnd(pods, "logout") { token, _ in try await pods[0].store.revoke(token) }
        try await expectEnd(pods, "logout everywhere") { _, _ in try await pods[0].store.revokeAll(ofUser: "id-ann") }
        try await expectEnd(pods, "one of the user's sessions") { _, session in
            let wasLive = try await pods[0].store.revoke(sessionID: session.id, ofUser: "id-ann")
            #expect(wasLive)
        }
        for pod in pods {
            #expect(!pod.log.text.contains("connection lost"), "\(pod.log.text)")
            // Of 8 GB, too little is in use.
            #expect(!isSmall || pod.log.text.contains("warning: PostgreSQL's notification queue is"), "\(pod.log.text)")
            #expect(!isSmall || pod.log.text.contains("pg_terminate_backend(\(stranger.backend))"), "\(pod.log.text)")
        }

        // And what has changed without an end.
        let (token, _) = try await pods[0].signIn()
        for pod in pods { try await pod.warm(token) }
        try server.psql("SELECT update_user_sessions('id-ann', groups => '{staff}')")
        let limit = BootInstant.now + TestStore.revocationDelay
        for pod in pods {
            while true {
                let begunAt = BootInstant.now
                if try await pod.store.session(for: token)?.identity.groups == ["staff"] { break }
                try #require(begunAt <= limit, "an old group is told too late")
            }
        }

        try release()
        let listener = try RevocationListener(server.url())
        let before = try unannounced
        try await pods[0].store.revoke(token)
        #expect(try listener.hear() == [.ended([token.hash])])
        #expect(try unannounced == before)
        for pod in pods { await pod.store.close() }
    }

    @Test func `sessions are kept while nothing ends, and revocations wait for no other transaction`() async throws {
        let pods = try await pods()
        let (token, _) = try await pods[1].signIn("bob")
        try fill()
        for pod in pods { try await pod.warm(token) }
        // Each of these holds a counter until its end.
        var sessions: [PostgreSQLConnection] = []
        for number in 1...3 {
            let (_, session) = try await pods[0].signIn("user\(number)")
            let connection = try PostgreSQLConnection(server.url(), log: RecordedLog().logger)
            for statement in ["BEGIN", "DELETE FROM session_tokens WHERE session_id = '\(session.id)'"] {
                try connection.script(statement, deadline: .seconds(5))
            }
            sessions.append(connection)
        }
        for pod in pods { try await pod.warm(token) }
        let before = try unannounced
        for connection in sessions { try connection.script("COMMIT", deadline: .seconds(5)) }
        #expect(try unannounced == before + 3)
        try await Task.sleep(for: .milliseconds(600))
        for pod in pods {
            try await pod.warm(token)
            #expect(!pod.log.text.contains("session cache off"))
            await pod.store.close()
        }
        try release()
    }

    @Test func `a store that starts meanwhile keeps nothing until the queue is emptied`() async throws {
        let first = try await pods(1)[0]
        try fill()
        let late = try await TestStore.startKeeping(server.url())
        #expect(
            late.log.text.contains("session cache off, every check queries PostgreSQL: PostgreSQL's notification queue")
        )
        let (token, _) = try await late.signIn()
        for _ in 0..<20 {
            #expect(try await late.store.session(for: token) != nil)
            #expect(await !late.keeps(token))
        }
        try await first.warm(token)
        try await late.store.revoke(token)
        try await first.expectRefused(token, by: .now + TestStore.revocationDelay)
        try release()
        let (next, _) = try await late.signIn("bob")
        try await late.warm(next)
        #expect(late.log.text.contains("session cache on again"))
        for pod in [first, late] { await pod.store.close() }
    }
}
