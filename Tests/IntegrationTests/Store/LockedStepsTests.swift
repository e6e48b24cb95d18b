import Logging
import TestSupport
import Testing

@testable import Sessions

/// Somebody keeps a transaction open that has locked a table which is read at the start. Who waits is told so within seconds.
@Suite struct LockedStepsTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private static let tables = ["authfcgi_migrations", "session_limits"]

    init() throws { (server, database) = try SharedServers.newDatabase() }

    private func connection() throws -> PostgreSQLConnection {
        try PostgreSQLConnection(server.url(database: database), log: RecordedLog().logger)
    }

    /// Returns a connection that has locked a table.
    private func lock(_ table: String) throws -> PostgreSQLConnection {
        let connection = try connection()
        try connection.script("BEGIN; LOCK TABLE \(table) IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        return connection
    }

    @Test(arguments: Self.tables) func `commands say which table is locked`(table: String) throws {
        let lock = try lock(table)
        let clock = ContinuousClock()
        let start = clock.now
        let check = try run(["config", "check"], environment: ["MIGRATE_ON_START": "off"])
        #expect(clock.now - start < .seconds(20))
        #expect(check.status == .code(69), "\(check)")
        let text = "\(check.output)\(check.errors)"
        #expect(text.contains("SQLSTATE 55P03") && text.contains("locked") && text.contains(table), "\(check)")
        try lock.script("ROLLBACK", deadline: .seconds(5))
        #expect(try run(["config", "check"]).status.isSuccess)
    }

    @Test func `a command that reads says that the sessions are locked`() throws {
        let clock = ContinuousClock()
        for table in ["authfcgi_migrations", "session_tokens"] {
            let lock = try lock(table)
            let start = clock.now
            let list = try run(["session", "list"])
            #expect(clock.now - start < .seconds(20), "\(table)")
            #expect(list.status == .code(69) && list.errors.contains("SQLSTATE 55P03"), "\(table): \(list)")
            try lock.script("ROLLBACK", deadline: .seconds(5))
        }
    }

    @Test(arguments: Self.tables, [true, false])
    func `a gate that starts says which table is locked, goes on trying, and serves when it is free`(
        table: String, migrates: Bool
    ) throws {
        let lock = try lock(table)
        let folder = try TestFolder()
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["MIGRATE_ON_START": migrates ? "on" : "off"], waits: false)
        try gate.waitForLog(containing: "SQLSTATE 55P03", within: .seconds(20))
        #expect(gate.log.contains("PostgreSQL unavailable") && gate.log.contains(table), "\(gate.log)")
        try lock.script("ROLLBACK", deadline: .seconds(5))
        try gate.waitForLog(containing: "connection restored", within: .seconds(30))
        #expect(try gate.check(gate.signIn("ann")) == 200)
    }

    /// Longer than a read waits, and than a command waits outside transactions.
    @Test func `a migration waits for another pod's as long as ever`() async throws {
        let (server, database) = try SharedServers.emptyDatabase()
        let other = try PostgreSQLConnection(server.url(database: database), log: RecordedLog().logger)
        try other.script(
            """
            CREATE TABLE authfcgi_migrations (
                number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
            """, deadline: .seconds(5))
        try other.script(
            "BEGIN; LOCK TABLE authfcgi_migrations IN SHARE ROW EXCLUSIVE MODE", deadline: .seconds(5))
        let executable = try GateProcess.executable
        async let migrated = ServerProcess.run(
            executable, ["migrate"], environment: ["DATABASE_URL": server.url(database: database)])
        try await Task.sleep(for: .seconds(12))
        #expect(
            try server.psql(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'authfcgi_migrations'::regclass",
                database: database) == "1")
        try other.script("COMMIT", deadline: .seconds(5))
        let result = try await migrated
        #expect(result.status.isSuccess, "\(result)")
        #expect(result.output.contains("Applied migrations"), "\(result)")
    }
}
