import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Ends of all sessions of a user, or of everybody, as look-ups see them.
@Suite struct EpochLookUpTests {
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        (server, database) = try SharedServers.newDatabase()
    }

    private func psql(_ sql: String) throws -> String { try server.psql(sql, database: database) }

    private static let endsWithoutNotification = [
        (
            "ALTER TABLE user_epochs DISABLE TRIGGER user_epochs_announce_update",
            "UPDATE user_epochs SET epoch = epoch + 1, ended_before = epoch + 1 WHERE user_id = 'id-ann'"
        ),
        (
            "ALTER TABLE authfcgi_state DISABLE TRIGGER authfcgi_state_announce",
            "UPDATE authfcgi_state SET epoch = epoch + 1, ended_before = epoch + 1"
        ),
    ]

    /// The rows of the sessions stay as they were, and nothing but a heartbeat tells.
    @Test(arguments: endsWithoutNotification)
    func `a pod without memory refuses in time what has ended, without a notification`(
        preparation: String, end: String
    ) async throws {
        let pod = try await TestStore.start(server.url(database: database))
        let (token, _) = try await pod.signIn()
        _ = try psql(preparation)
        // Until look-ups do not read the epochs any more.
        try await Task.sleep(for: .milliseconds(700))
        #expect(try await pod.store.session(for: token) != nil)
        _ = try psql(end)
        let limit = BootInstant.now + TestStore.revocationDelay
        try await pod.expectRefused(token, by: limit)
        let (later, _) = try await pod.signIn()
        #expect(try await pod.store.session(for: later) != nil)
    }

    @Test func `without the row of the epochs no session is refused, until migrate has made it anew`() async throws {
        let pod = try await TestStore.start(server.url(database: database))
        let (token, _) = try await pod.signIn()
        _ = try psql(SchemaFaultTests.loseState)
        let deadline = Deadline(within: .seconds(2))
        while !deadline.hasPassed {
            var isRefused = false
            do throws(SessionStoreError) {
                isRefused = try await pod.store.session(for: token) == nil
            } catch {
                // One cannot tell.
            }
            #expect(!isRefused)
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(await pod.lookUpError(token) != nil)
        #expect(pod.log.text.contains("run authfcgi migrate"))
        let connection = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        try Migrations(schema: nil, lifetime: .seconds(86400)).putRight(on: connection, log: pod.log.logger)
        #expect(try await pod.sessionOnceItAnswers(token) != nil)
    }

    @Test func `look-ups read the epochs only while ended sessions are left, which workers soon remove`() async throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder, settings: ["log_statement": "all"])
        func count(_ purpose: String) -> Int {
            server.log.split(separator: "\n").count { $0.contains("LOG:  execute authfcgi_\(purpose)_") }
        }
        let pod = try await TestStore.start(
            server.url(),
            configured: {
                $0.cachedSessions = 0
                $0.cleanupInterval = .seconds(3600)
            })
        let (token, _) = try await pod.signIn("bob")
        try await Task.sleep(for: .milliseconds(700))
        let before = count("look_up_with_epochs")
        for _ in 0..<10 { #expect(try await pod.store.session(for: token) != nil) }
        #expect(count("look_up_with_epochs") == before && count("look_up") >= 10)

        try server.psql(
            """
            INSERT INTO session_tokens (token_hash, user_id, expires_at, absolute_expires_at)
            SELECT sha256(i::text::bytea), 'ann', now() + interval '1 day', 'infinity' FROM generate_series(1, 2500) i
            """)
        // What is locked is not removed.
        let lock = try PostgreSQLConnection(server.url(), log: pod.log.logger)
        try lock.script(
            "BEGIN; SELECT FROM session_tokens WHERE user_id = 'ann' LIMIT 1 FOR UPDATE", deadline: .seconds(5))
        try server.psql("SELECT revoke_user_sessions('ann')")
        try await Task.sleep(for: .milliseconds(400))
        for _ in 0..<10 { #expect(try await pod.store.session(for: token) != nil) }
        #expect(count("look_up_with_epochs") >= before + 10)
        try lock.script("COMMIT", deadline: .seconds(5))
        // Long before the interval ends: within five seconds, or after a minute if the first attempt met the lock.
        let deadline = Deadline(within: .seconds(80))
        while try server.psql("SELECT has_untidied_users()") == "t" {
            try #require(!deadline.hasPassed, "not removed")
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try server.psql("SELECT count(*) FROM session_tokens WHERE revoked_at IS NULL") == "1")
        try await Task.sleep(for: .milliseconds(700))
        let last = count("look_up_with_epochs")
        for _ in 0..<10 { #expect(try await pod.store.session(for: token) != nil) }
        #expect(count("look_up_with_epochs") == last)
    }
}
