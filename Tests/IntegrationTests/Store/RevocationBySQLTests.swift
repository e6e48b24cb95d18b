import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Plain SQL of an operator ends sessions that a pod has in memory, within the revocation delay after the statement.
@Suite struct RevocationBySQLTests {
    private let server: PostgreSQLServer
    private let database: String
    private let pod: TestStore

    init() async throws {
        (server, database) = try SharedServers.newDatabase()
        pod = try await TestStore.startKeeping(server.url(database: database))
    }

    /// Expects that all sessions are refused in time and stay refused.
    private func expectRefused(_ tokens: [SessionToken], by limit: BootInstant) async throws {
        var watches: [CheckWatch] = []
        for token in tokens { watches.append(await CheckWatch(pod.store, token, every: .milliseconds(5))) }
        for token in tokens { #expect(try await pod.expectRefused(token, by: limit) <= limit) }
        let refused = BootInstant.now
        try await Task.sleep(for: .milliseconds(100))
        for watch in watches { #expect(await watch.stop().accepted(after: min(refused, limit)).isEmpty) }
    }

    @Test(arguments: [
        "DELETE FROM session_tokens WHERE session_id = 'ID'",
        "UPDATE session_tokens SET revoked_at = now() WHERE session_id = 'ID'",
        "UPDATE session_tokens SET expires_at = now() WHERE session_id = 'ID'",
        "UPDATE session_tokens SET expires_at = now() - interval '1 day', absolute_expires_at = now() WHERE session_id = 'ID'",
        "DELETE FROM session_tokens WHERE user_id = 'id-ann'", "SELECT revoke_session('ID')",
        "SELECT revoke_user_sessions('id-ann')",
        "SELECT revoke_access_token_hash(token_hash) FROM session_tokens WHERE session_id = 'ID'",
        "BEGIN; DELETE FROM session_tokens WHERE session_id = 'ID'; SELECT pg_sleep(0.3); COMMIT",
        "DELETE FROM live_sessions WHERE session_id = 'ID'",
        // Like replication tools, which disable ordinary triggers.
        "SET session_replication_role = replica; DELETE FROM session_tokens WHERE session_id = 'ID'",
        "SET session_replication_role = replica; UPDATE session_tokens SET revoked_at = now() WHERE session_id = 'ID'",
    ])
    func `a statement ends only the sessions of its rows`(sql: String) async throws {
        let (token, session) = try await pod.signIn()
        let (other, _) = try await pod.signIn("bob")
        for token in [token, other] { try await pod.warm(token) }
        let watch = await CheckWatch(pod.store, other)
        try server.psql(sql.replacing("ID", with: session.id), database: database)
        try await expectRefused([token], by: .now + TestStore.revocationDelay)
        try await pod.warm(other)
        let checks = await watch.stop()
        #expect(checks.allSatisfy { $0.isAccepted } && checks.contains { $0.answer == .kept })
    }

    @Test(arguments: [
        "TRUNCATE session_tokens", "DELETE FROM session_tokens", "SELECT revoke_all_sessions()",
        "UPDATE session_tokens SET revoked_at = now()",
        "SET session_replication_role = replica; TRUNCATE session_tokens",
    ])
    func `a statement on the whole table ends all sessions`(sql: String) async throws {
        var tokens: [SessionToken] = []
        for number in 0..<20 { tokens.append(try await pod.signIn("user\(number)").token) }
        for token in tokens { try await pod.warm(token) }
        try server.psql(sql, database: database)
        let limit = BootInstant.now + TestStore.revocationDelay
        try await expectRefused(tokens, by: limit)
    }

    @Test func `a statement that is rolled back ends nothing`() async throws {
        let (token, _) = try await pod.signIn()
        try await pod.warm(token)
        let watch = await CheckWatch(pod.store, token)
        try server.psql("BEGIN; DELETE FROM session_tokens; ROLLBACK", database: database)
        try await Task.sleep(for: .milliseconds(100))
        try await pod.warm(token)
        #expect(await watch.stop().allSatisfy { $0.isAccepted })
    }

    /// A hundred thousand sessions, with a thousand of each user or all of one.
    @Test(arguments: [
        ("UPDATE session_tokens SET revoked_at = now(), expires_at = now()", 100),
        ("DELETE FROM session_tokens WHERE user_id LIKE 'id-%'", 100),
        ("SELECT revoke_user_sessions('id-1')", 1),
    ])
    func `a hundred thousand sessions end in one statement`(sql: String, users: Int) async throws {
        try server.psql(
            """
            INSERT INTO session_tokens (token_hash, user_id, expires_at, absolute_expires_at)
            SELECT sha256(convert_to(i::text, 'UTF8')), 'id-' || (i % \(users) + 1),
                   now() + interval '1 hour', now() + interval '1 hour'
            FROM generate_series(1, 100000) i
            """, database: database)
        let tokens = try (1...5).map { _ in
            try #require(SessionToken(try server.psql("SELECT create_access_token('id-1')", database: database)))
        }
        for token in tokens { try await pod.warm(token) }
        let clock = ContinuousClock()
        let start = clock.now
        try server.psql(sql, database: database)
        let limit = BootInstant.now + TestStore.revocationDelay
        // Usually two seconds. A plan that compares every row with every other one would take hours.
        #expect(clock.now - start < .seconds(20))
        try await expectRefused(tokens, by: limit)
        #expect(try server.psql("SELECT count(*) FROM live_sessions", database: database) == "0")
    }

    @Test func `a changed group takes effect within the revocation delay, and the session stays`() async throws {
        let (token, _) = try await pod.signIn()
        try await pod.warm(token)
        try server.psql("SELECT update_user_sessions('id-ann', groups => '{staff}')", database: database)
        let limit = BootInstant.now + TestStore.revocationDelay
        while true {
            let begunAt = BootInstant.now
            let session = try #require(try await pod.store.session(for: token))
            if session.identity.groups == ["staff"] { break }
            try #require(begunAt <= limit, "an old group is told too late")
        }
        // The changed session is cached again.
        try await pod.warm(token)
        #expect(try await pod.store.session(for: token)?.identity.groups == ["staff"])
    }
}
