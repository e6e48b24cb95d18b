import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Each COMMIT of a transaction with a NOTIFY takes one lock of the whole server. A role without rights holds it from another
/// database, here for as long as it waits for a synchronous standby that does not exist. Sessions end all the same, and are
/// refused on every pod within the revocation delay.
@Suite struct HeldNotificationLockTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(
            in: folder, settings: ["synchronous_standby_names": "nobody", "synchronous_commit": "local"])
        try server.psql("CREATE ROLE stranger LOGIN")
        try server.createDatabase("other")
    }

    /// Begins to hold the lock, and to wait for it on other connections. It is held until the connections are closed.
    private func hold(waiters: Int) throws -> [PostgreSQLConnection] {
        var strangers: [PostgreSQLConnection] = []
        for number in 0...waiters {
            let stranger = try PostgreSQLConnection(
                server.url(user: "stranger", database: "other"), log: RecordedLog().logger)
            // Only a transaction that has changed something waits for a standby.
            for statement in ["SET synchronous_commit = on", "BEGIN", "CREATE TEMPORARY TABLE t ()", "NOTIFY x"] {
                try stranger.script(statement, deadline: .seconds(5))
            }
            try stranger.sendScript("COMMIT")
            try eventually("the lock is held, or waited for") {
                _ = try stranger.flush()
                return try locks(granted: number == 0) == max(1, number)
            }
            strangers.append(stranger)
        }
        // After a tenth of a second a wait counts.
        if waiters > 0 { sleepThread(for: .milliseconds(200)) }
        return strangers
    }

    /// Makes a link for a new password, with a code that is known.
    private func makeLink() throws {
        #expect(try server.psql("SELECT create_password_reset('id-ann', sha256('code')) IS NOT NULL") == "t")
    }

    private func locks(granted: Bool) throws -> Int? {
        Int(
            try server.psql(
                """
                SELECT count(*) FROM pg_locks
                WHERE locktype = 'object' AND classid = 'pg_database'::regclass AND objid = 0 AND granted = \(granted)
                """))
    }

    private var unannounced: Int {
        get throws { Int(try server.psql("SELECT coalesce(sum(revocations), 0) FROM unannounced_revocations")) ?? 0 }
    }

    private func pods() async throws -> [TestStore] {
        var pods: [TestStore] = []
        for name in ["one", "two"] { pods.append(try await TestStore.startKeeping(server.url(), as: name)) }
        return pods
    }

    /// Signs in, has both pods keep the session, ends it, and expects that this is quick and that both refuse it in time.
    private func expectEnd(
        _ pods: [TestStore], _ what: String, _ end: (SessionToken, Session) async throws -> Void
    ) async throws {
        let (token, session) = try await pods[0].signIn()
        for pod in pods { try await pod.warm(token) }
        let before = try unannounced
        let start = BootInstant.now
        try await end(token, session)
        let ended = BootInstant.now
        #expect(ended - start < .seconds(3), "\(what)")
        for pod in pods { try await pod.expectRefused(token, by: ended + TestStore.revocationDelay) }
        #expect(try unannounced > before, "\(what)")
    }

    @Test(arguments: [0, 2])
    func `sessions end although a stranger of another database holds up all notifications`(waiters: Int) async throws {
        let pods = try await pods()
        let strangers = try hold(waiters: waiters)
        try await expectEnd(pods, "logout") { token, _ in try await pods[0].store.revoke(token) }
        // Others that wait for the lock are seen. A lock without waiters is noticed by waiting for it in vain.
        let line = "warning: notifications of other sessions of the PostgreSQL server hold up commits"
        #expect(pods[0].log.text.contains(line) == (waiters == 0), "\(pods[0].log.text)")
        try await expectEnd(pods, "logout everywhere") { _, _ in try await pods[0].store.revokeAll(ofUser: "id-ann") }
        try await expectEnd(pods, "logout by another pod") { token, _ in try await pods[1].store.revoke(token) }
        try await expectEnd(pods, "one of the user's sessions") { _, session in
            let wasLive = try await pods[1].store.revoke(sessionID: session.id, ofUser: "id-ann")
            #expect(wasLive)
        }
        #expect(try locks(granted: true) == 1)
        for pod in pods {
            #expect(!pod.log.text.contains("connection lost"), "\(pod.log.text)")
            #expect(!pod.log.text.contains("command failed"), "\(pod.log.text)")
            await pod.store.close()
        }
        #expect(strangers.count == waiters + 1)
    }

    @Test func `a login that replaces a session succeeds too`() async throws {
        let pods = try await pods()
        try server.psql("INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('id-ann', 'ann', 'x')")
        let user = try #require(try await pods[0].store.user(named: "ann"))
        let strangers = try hold(waiters: 0)
        try await expectEnd(pods, "login") { token, _ in
            let made = try await pods[0].store.createAccessToken(
                for: user, origin: SessionOrigin(), replacing: token)
            #expect(made?.ended.count == 1)
        }
        for pod in pods { await pod.store.close() }
        #expect(strangers.count == 1)
    }

    @Test(arguments: [0, 2])
    func `commands disable a user, set a password and end sessions`(waiters: Int) async throws {
        let pods = try await pods()
        try server.psql("INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('id-ann', 'ann', 'x')")
        let strangers = try hold(waiters: waiters)
        let connection = try PostgreSQLConnection(server.url(), log: RecordedLog().logger)
        try connection.introduce(isPooled: false, deadline: .seconds(5))
        try connection.enterSchema(nil, deadline: .seconds(5))
        let link = "find_password_reset(sha256('code'))"
        try makeLink()
        try await expectEnd(pods, "a new password") { _, _ in
            let change = try UserAccounts(connection).setPassword(of: "id-ann", to: "y")
            #expect(change == .changed(sessionsEnded: 1))
        }
        // An earlier link is not valid any more.
        #expect(try server.psql("SELECT user_id FROM \(link)") == "")
        try makeLink()
        try await expectEnd(pods, "disabled") { _, _ in
            let change = try UserAccounts(connection).disable("id-ann")
            #expect(change == .changed(sessionsEnded: 1))
        }
        try server.psql("UPDATE authfcgi_users SET disabled = false")
        #expect(try server.psql("SELECT user_id FROM \(link)") == "")
        try await expectEnd(pods, "ended") { _, _ in
            let ended = try SessionAdministration(connection).revoke(userID: "id-ann")
            #expect(ended == 1)
        }
        try await expectEnd(pods, "all ended") { _, _ in
            let ended = try SessionAdministration(connection).revokeAll()
            #expect(ended == 1)
        }
        for pod in pods { await pod.store.close() }
        #expect(strangers.count == waiters + 1)
    }

    @Test func `SQL of an application does not wait once others do`() async throws {
        let pods = try await pods()
        let strangers = try hold(waiters: 1)
        try await expectEnd(pods, "SQL") { _, session in
            try server.psql("SELECT revoke_session('\(session.id)')", within: .seconds(5))
        }
        for pod in pods { await pod.store.close() }
        #expect(strangers.count == 2)
    }
}
