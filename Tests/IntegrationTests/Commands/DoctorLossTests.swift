import FoundationEssentials
import TestSupport
import Testing

@testable import Sessions

/// `authfcgi doctor` when its connection to PostgreSQL ends while it looks.
@Suite struct DoctorLossTests: RunsDoctor {
    let server: PostgreSQLServer
    let database: String
    let folder: TestFolder

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
    }

    @Test func `a connection that is lost is reported once, and what needs it is skipped`() async throws {
        let lock = try PostgreSQLConnection(server.url(database: database), log: RecordedLog().logger)
        try lock.script("BEGIN; LOCK TABLE authfcgi_migrations IN ACCESS EXCLUSIVE MODE", deadline: .seconds(5))
        let (executable, socket) = (try GateProcess.executable, folder.path("gate.sock"))
        let environment = commandEnvironment.merging(["LISTEN": "unix:\(socket)"]) { $1 }
        async let run = ServerProcess.run(executable, ["doctor", "--json"], environment: environment)
        let end = """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = '\(database)' AND wait_event_type = 'Lock'
            """
        let deadline = Deadline(within: .seconds(20))
        while try server.psql(end) == "0" {
            try #require(!deadline.hasPassed, "nothing waits for the lock")
            try await Task.sleep(for: .milliseconds(10))
        }
        let result = try await run
        let output = try JSONDecoder().decode(DoctorOutput.self, from: Data(result.output.utf8))
        let schema = try #require(output.lines("schema").first)
        #expect(schema.result == "error" && schema.remedy?.contains("PostgreSQL's log") == true, "\(schema)")
        for check in ["server-version", "tls", "role-settings", "replication", "clock", "connections"] {
            let line = try #require(output.lines(check).first)
            #expect(line.result == "skipped" && line.finding.contains("was lost"), "\(line)")
        }
        let rights = try #require(output.lines("rights").first)
        #expect(rights.result == "skipped" && rights.finding == "the tables cannot be used", "\(rights)")
        #expect(output.errors == 1, "\(output.findings.filter { $0.result == "error" })")
        try lock.script("ROLLBACK", deadline: .seconds(5))
    }
}
