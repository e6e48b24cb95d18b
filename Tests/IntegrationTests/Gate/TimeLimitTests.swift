import EventLoop
import Logging
import Sessions
import TestSupport
import Testing

/// Time limits of a role or database, meant for an application, do not affect the gate's connections.
@Suite struct TimeLimitTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder
    private static let revokeAll = ["session", "revoke", "--all", "--yes"]

    init() throws {
        (server, database) = try SharedServers.emptyDatabase()
        folder = try TestFolder()
        var limits = [
            "statement_timeout = '100ms'", "lock_timeout = '50ms'", "idle_in_transaction_session_timeout = '100ms'",
        ]
        let version = try #require(Int(psql("SHOW server_version_num")))
        if version >= 140_000 { limits.append("idle_session_timeout = '200ms'") }
        if version >= 170_000 { limits.append("transaction_timeout = '200ms'") }
        for limit in limits { try psql("ALTER DATABASE \(database) SET \(limit)") }
    }

    /// Returns a connection without time limits that holds a lock.
    private func holding(_ lock: String) throws -> PostgreSQLConnection {
        let connection = try PostgreSQLConnection(server.url(database: database), log: RecordedLog().logger)
        try connection.setTimeLimits(deadline: .seconds(5))
        try connection.script("BEGIN; \(lock)", deadline: .seconds(5))
        return connection
    }

    /// Waits until a statement has waited for a lock longer than all limits.
    private func waitBehindLock() async throws {
        let waiting = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = '\(database)' AND wait_event_type = 'Lock' AND now() - query_start > interval '300 ms'
            """
        let deadline = Deadline(within: .seconds(20))
        while try server.psql(waiting) == "0" {
            try #require(!deadline.hasPassed, "nothing waits for the lock for that long")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Runs a command while a lock is held for half a second, so that it waits longer than all limits.
    private func runBehind(
        _ lock: String, _ command: [String], environment: [String: String] = [:]
    ) async throws -> CommandResult {
        let connection = try holding(lock)
        let (executable, all) = (try GateProcess.executable, commandEnvironment.merging(environment) { $1 })
        async let result = ServerProcess.run(executable, command, environment: all)
        try await waitBehindLock()
        try connection.script("COMMIT", deadline: .seconds(5))
        return try await result
    }

    @Test func `commands are not ended by the role's time limits, even behind a pooler`() async throws {
        // The lock that migrations wait for while another pod migrates.
        let migrated = try await runBehind(
            """
            CREATE TABLE authfcgi_migrations (
                number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
            """, ["migrate"])
        #expect(migrated.status.isSuccess, "\(migrated)")
        let table = "LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE"
        let revoked = try await runBehind(table, Self.revokeAll)
        #expect(revoked.status.isSuccess, "\(revoked)")
        let bouncer = try PgBouncer(in: folder, before: server, poolMode: "transaction")
        let pooled = try await runBehind(
            table, Self.revokeAll,
            environment: [
                "DATABASE_URL": bouncer.url(database: database), "DATABASE_PREPARED_STATEMENTS": "off",
            ])
        #expect(pooled.status.isSuccess, "\(pooled)")
    }

    @Test
    func `idle lanes are not ended by the role's time limits, and a look-up has its whole deadline`() async throws {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["SESSION_CACHE_ENTRIES": "0", "DATABASE_QUERY_DEADLINE": "900ms"])
        try gate.addUser("ann", password: "correct horse")
        let token = try gate.signIn("ann")
        #expect(try gate.logIn("ann", "correct horse").status == 200)
        // Longer than the interval of heartbeats, and than all limits.
        try await Task.sleep(for: .seconds(3))
        #expect(try gate.logIn("ann", "correct horse").status == 200)
        let lock = try holding("LOCK TABLE session_tokens IN ACCESS EXCLUSIVE MODE")
        async let status = gate.check(token)
        try await waitBehindLock()
        try lock.script("COMMIT", deadline: .seconds(5))
        #expect(try await status == 200)
        #expect(!gate.log.contains("connection lost"), "\(gate.log)")
        #expect(!gate.log.contains("57014"), "\(gate.log)")
    }
}
