import Glibc
import TestSupport
import Testing

/// A dump that is restored onto another server, to which a running gate is then led by its settings.
@Suite(.leavesCleanLogs) struct MovedDatabaseTests {
    private let folder: TestFolder
    private let former: PostgreSQLServer
    private let other: PostgreSQLServer

    init() throws {
        folder = try TestFolder()
        former = try PostgreSQLServer(in: folder, name: "former")
        other = try PostgreSQLServer(in: folder, name: "other")
    }

    @discardableResult
    private func run(_ arguments: [String], on server: PostgreSQLServer) throws -> CommandResult {
        let result = try ServerProcess.run(
            GateProcess.executable, arguments, environment: ["DATABASE_URL": server.url()])
        try #require(result.status.isSuccess, "\(result)")
        return result
    }

    /// Writes the settings of the gate, which serves as a role without tables.
    private func writeSettings(_ server: PostgreSQLServer) throws -> String {
        try folder.write("gate.env", "MIGRATE_ON_START=off\nDATABASE_URL=\(server.url(user: "gate"))\n")
    }

    private func newSession(on server: PostgreSQLServer) throws -> String {
        let token = try server.psql("SELECT create_access_token('ann')")
        RunRecord.note(secret: token)
        return token
    }

    @Test func `after a reload the sessions are those of the dump, and ending all ends those that had ended since`()
        throws
    {
        try former.psql("CREATE ROLE gate LOGIN")
        try run(["migrate"], on: former)
        try run(["migrate", "--grant-to", "gate"], on: former)
        let gate = try GateProcess(
            in: folder, server: former, workers: 1, environment: ["DATABASE_URL": ""],
            arguments: ["--env-file", writeSettings(former)])
        let (kept, ended) = (try newSession(on: former), try newSession(on: former))
        try former.dump("postgres", to: folder.path("dump"))
        let later = try newSession(on: former)
        #expect(try gate.logOut(ended).status == 204)
        #expect(try gate.check(kept) == 200)
        #expect(try gate.check(ended) == 401)
        #expect(try gate.check(later) == 200)

        try former.stop(mode: .immediate)
        try eventually("it cannot tell") { try gate.check(kept) == 503 }
        // The roles come first: those of the rights in the dump, and that of DATABASE_URL.
        try other.psql("CREATE ROLE gate LOGIN; CREATE ROLE authfcgi_mint NOLOGIN")
        let restored = try other.restore(folder.path("dump"), into: "postgres")
        #expect(restored.status.isSuccess && restored.errors == "", "\(restored)")
        let migrated = try run(["migrate"], on: other)
        #expect(migrated.output.hasPrefix("The tables are up to date") && migrated.errors == "", "\(migrated)")
        _ = try writeSettings(other)
        try gate.send(SIGHUP)
        try gate.waitForLog(containing: "reload complete: all workers use the new settings")

        #expect(try gate.check(kept) == 200)
        // The dump is older than its end.
        #expect(try gate.check(ended) == 200)
        #expect(try gate.check(later) == 401)
        let revoked = try run(["session", "revoke", "--all", "--yes"], on: other)
        #expect(revoked.output == "Ended 2 sessions of all users.\n")
        try eventually("all sessions have ended") { try [kept, ended].allSatisfy { try gate.check($0) == 401 } }
        let new = try newSession(on: other)
        #expect(try gate.check(new) == 200)
    }
}
