import Sessions
import TestSupport
import Testing

/// Waits for locks of other clients end in time, in the program and in PostgreSQL.
@Suite struct LockedTableTests {
    @Test func `while a table is locked the number of PostgreSQL's processes stays limited`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database)) {
            $0.lookUpDeadline = .milliseconds(200)
            $0.writeDeadline = .milliseconds(500)
        }
        let (token, _) = try await pod.signIn()
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        try lock.script("BEGIN; LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        var most = 0
        let deadline = Deadline(within: .seconds(6))
        while !deadline.hasPassed {
            #expect(await pod.lookUpError(token) != nil)
            let count = try server.psql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND application_name LIKE 'authfcgi%'",
                database: "postgres")
            most = max(most, try #require(Int(count)))
        }
        // The lanes, the connection with the lock, and backends that have not yet noticed the end of their client.
        #expect(most <= 5, "\(pod.log.text)")
        try lock.script("COMMIT", deadline: .seconds(5))
        #expect(try await pod.sessionOnceItAnswers(token) != nil)
    }

    @Test func `a logout does not wait behind logins that are blocked by a transaction`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let pod = try await TestStore.start(server.url(database: database))
        let (token, _) = try await pod.signIn("bob")
        _ = try await pod.signIn("ann")
        let lock = try PostgreSQLConnection(server.url(database: database), log: pod.log.logger)
        try lock.script(
            "BEGIN; SELECT FROM user_epochs WHERE user_id = 'id-ann' FOR UPDATE", deadline: .seconds(5))
        let logins = (0..<3).map { _ in Task { try? await pod.signIn("ann") } }
        try await Task.sleep(for: .milliseconds(200))
        let clock = ContinuousClock()
        let start = clock.now
        try await pod.store.revoke(token)
        // One login may be in progress and wait 2 s for its lock. Waiting for the others would take twice as long.
        #expect(clock.now - start < .milliseconds(3500))
        try lock.script("ROLLBACK", deadline: .seconds(5))
        for login in logins { _ = await login.value }
        #expect(try await pod.store.session(for: token) == nil)
    }
}
