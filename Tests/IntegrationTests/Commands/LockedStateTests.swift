import TestSupport
import Testing

@testable import Sessions

/// Commands that end sessions while somebody holds a lock that they need.
@Suite struct LockedStateTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String

    init() throws { (server, database) = try SharedServers.newDatabase() }

    @Test func `the end of all sessions says that it waits, and after ten seconds what for`() throws {
        try psql("SELECT create_access_token('1')")
        let lock = try PostgreSQLConnection(server.url(database: database), log: RecordedLog().logger)
        try lock.script("BEGIN; LOCK TABLE authfcgi_state IN SHARE MODE", deadline: .seconds(5))
        let clock = ContinuousClock()
        let start = clock.now
        let result = try run(["session", "revoke", "--all", "--yes"])
        #expect(clock.now - start < .seconds(30))
        #expect(result.status == .code(69) && result.output.isEmpty, "\(result)")
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count == 2, "\(result)")
        #expect(lines.first?.hasPrefix("ending all sessions: ") == true && lines.first?.hasSuffix(" s …") == true)
        #expect(lines.last?.contains("SQLSTATE 55P03; another transaction holds a lock") == true, "\(result)")
        try lock.script("ROLLBACK", deadline: .seconds(5))
        let again = try run(["session", "revoke", "--all", "--yes"])
        #expect(again.status.isSuccess && again.output == "Ended 1 session of all users.\n", "\(again)")
    }
}
