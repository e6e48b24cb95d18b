import TestSupport
import Testing

/// What PostgreSQL says while a connection is opened.
@Suite struct ConnectionNoticeTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder)
        database = "noted"
        let version = try #require(Int(server.psql("SHOW server_version_num")))
        if version >= 150_000 {
            try server.psql(
                "CREATE DATABASE noted TEMPLATE template0 LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en'")
            try server.psql("UPDATE pg_database SET datcollversion = '1.2' WHERE datname = 'noted'")
            try server.psql("REVOKE CREATE ON SCHEMA public FROM PUBLIC", database: database)
        } else {
            // Older versions have no version of a database's collation. A setting that is not valid any more is reported too.
            try server.psql("CREATE DATABASE noted; ALTER DATABASE noted SET work_mem = '1MB'")
            try server.psql(
                "UPDATE pg_db_role_setting SET setconfig = '{work_mem=none}' WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = 'noted')"
            )
        }
    }

    @Test func `a warning to each new connection is one line in the log, in its form, and nothing on standard error`()
        throws
    {
        let warnings = [
            "WARNING: PostgreSQL: database \"noted\" has a collation version mismatch",
            "WARNING: PostgreSQL: invalid value for parameter \"work_mem\"",
        ]
        func lines(_ text: String) -> [Substring] {
            text.split(separator: "\n").filter { line in
                line.contains("collation version") || line.contains("work_mem") || line.hasPrefix("HINT")
                    || line.hasPrefix("DETAIL")
            }
        }
        let migrated = try run(["migrate"])
        #expect(migrated.status.isSuccess)
        let told = lines(migrated.errors)
        #expect(told.count == 1 && warnings.contains { told[0].contains("Z \($0)") }, "\(migrated.errors)")

        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["SESSION_CLEANUP_INTERVAL": "off"])
        try gate.addUser("ann", password: "correct horse")
        for _ in 0..<3 {
            #expect(try gate.logIn("ann", "correct horse").status == 200)
            try server.terminateBackends(of: database)
            try eventually("it answers again", log: gate.log) { try gate.logIn("ann", "wrong").status == 401 }
        }
        let logged = lines(gate.log)
        #expect(logged.count == 1 && warnings.contains { logged.first?.contains("Z \($0)") == true }, "\(gate.log)")
        #expect(gate.log.split(separator: "\n").allSatisfy { $0.contains(": ") && !$0.contains("WARNING:  ") })
    }

    @Test func `a file of passwords that libpq ignores is one line too`() throws {
        let file = try folder.write("passwords", "*:*:*:*:hunter2\n")
        let gate = try GateProcess(
            in: folder, name: "passwords", server: server, database: database, workers: 1,
            environment: ["PGPASSFILE": file])
        #expect(try gate.check(gate.signIn("ann")) == 200)
        let lines = gate.log.split(separator: "\n").filter { $0.contains("password file") }
        let line = "Z WARNING: the password file \(file) is ignored: others may read it; run chmod 600 on it worker=0"
        #expect(lines.count == 1 && lines[0].hasSuffix(line), "\(gate.log)")
    }
}
