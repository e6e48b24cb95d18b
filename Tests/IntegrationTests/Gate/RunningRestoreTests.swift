import Glibc
import TestSupport
import Testing

@testable import Sessions

/// A gate that runs while its database is dropped, created and restored.
@Suite struct RunningRestoreTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder
    private var dump: String { folder.path("dump") }
    private static let waiting = "the gate's tables in the schema \"public\" are missing or incomplete: waiting until"

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
    }

    private func replaceDatabase() throws {
        try server.psql("DROP DATABASE \(database) WITH (FORCE)")
        try server.createDatabase(database)
    }

    private var tables: String {
        get throws { try psql("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") }
    }

    @Test func `a database that is dropped, created and restored 5 s later has its sessions, and nothing else`()
        throws
    {
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        try gate.addUser("ann", password: "correct horse")
        let token = try gate.signIn("ann")
        #expect(try gate.check(token) == 200)
        try server.dump(database, to: dump)
        let keys = try psql("SELECT encode(key, 'hex') FROM session_keys")

        try replaceDatabase()
        try gate.waitForLog(containing: Self.waiting)
        // A login and a worker that starts meanwhile make nothing either.
        #expect(try gate.logIn("ann", "correct horse").status == 503)
        let worker = try #require(try gate.workers.first)
        kill(worker, SIGKILL)
        sleep(5)
        #expect(try gate.check(token) == 503)
        #expect(try tables == "0")
        let restored = try server.restore(dump, into: database)
        #expect(restored.status.isSuccess && restored.errors == "", "\(restored)")

        try gate.waitUntilReady()
        #expect(try gate.check(token) == 200)
        #expect(try gate.logIn("ann", "correct horse").status == 200)
        #expect(try psql("SELECT encode(key, 'hex') FROM session_keys") == keys)
        // Once for each process and connection that needed it.
        let lines = gate.log.split(separator: "\n").filter {
            $0.contains("connection for checks") && $0.contains(Self.waiting)
        }
        #expect((1...2).contains(lines.count), "\(gate.log)")
        #expect(!gate.log.contains("migration"), "\(gate.log)")
    }

    @Test func `while rows are restored no session is refused, and none is created`() throws {
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        try gate.addUser("ann", password: "correct horse")
        let token = try gate.signIn("ann")
        try server.dump(database, to: dump)
        try replaceDatabase()
        // All but the triggers, which pg_restore makes last.
        #expect(try server.restore(dump, into: database, ["--section=pre-data"]).status.isSuccess)
        try gate.waitForLog(containing: Self.waiting)
        #expect(
            try server.restore(dump, into: database, ["--section=data", "--table=session_keys"])
                .status.isSuccess)
        try eventually("what is known is not valid any more") { try gate.check(token) == 503 }
        let deadline = Deadline(within: .seconds(2))
        while !deadline.hasPassed {
            #expect(try gate.check(token) == 503)
            #expect(try gate.logIn("ann", "correct horse").status == 503)
            usleep(100_000)
        }
        #expect(try psql("SELECT count(*) FROM user_epochs") == "0")
        try psql("TRUNCATE session_keys")
        #expect(try server.restore(dump, into: database, ["--section=data"]).errors == "")
        #expect(try server.restore(dump, into: database, ["--section=post-data"]).errors == "")
        try gate.waitUntilReady()
        #expect(try gate.check(token) == 200)
    }

    @Test func `a gate that is still connected refuses no session while its tables are replaced`() throws {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: ["SESSION_CACHE_ENTRIES": "0"])
        try gate.addUser("ann", password: "correct horse")
        let token = try gate.signIn("ann")
        try server.dump(database, to: dump)
        // What a restore with --clean leaves for a moment, and no heartbeat has seen.
        let triggers = SchemaObjects.triggers.filter { $0.table == "session_tokens" }
        let drops = triggers.map { "DROP TRIGGER \($0.name) ON session_tokens; " }.joined()
        try psql("\(drops)DELETE FROM session_tokens")
        for _ in 0..<10 {
            #expect(try gate.check(token) == 503)
            usleep(20_000)
        }
        #expect(gate.log.contains("the gate's tables lack rows"), "\(gate.log)")
        for _ in 0..<3 { _ = try server.restore(dump, into: database, ["--clean", "--if-exists"]) }
        try gate.waitUntilReady()
        #expect(try gate.check(token) == 200)
    }

    @Test func `tables restored without rights under a running gate are open until migrate, without a restart`()
        throws
    {
        let stranger = "\(database)_stranger"
        try server.psql("CREATE ROLE \(stranger) LOGIN")
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        try gate.addUser("ann", password: "correct horse")
        let token = try gate.signIn("ann")
        try server.dump(database, to: dump)
        let options = ["--clean", "--if-exists", "--no-acl"]
        var restored = try server.restore(dump, into: database, options)
        // A statement of the gate may have met the removal of a table.
        if !restored.status.isSuccess { restored = try server.restore(dump, into: database, options) }
        #expect(restored.status.isSuccess, "\(restored)")
        try gate.waitUntilReady()
        try eventually("the session of the dump is valid") { try gate.check(token) == 200 }

        let call = "SELECT create_access_token('admin', groups => '{admin}') <> ''"
        #expect(try server.psql(call, database: database, user: stranger) == "t")
        let open = "everybody may execute \(SchemaObjects.functions.count) functions (announce_revocations, "
        let checked = try run(["config", "check"])
        #expect(checked.status == .code(78) && checked.errors.contains(open), "\(checked)")
        let migrated = try run(["migrate"])
        #expect(migrated.status.isSuccess && migrated.errors.contains("put right: \(open)"), "\(migrated)")
        #expect(throws: (any Error).self) { try server.psql(call, database: database, user: stranger) }
        #expect(try gate.check(token) == 200)
        #expect(try gate.logIn("ann", "correct horse").status == 200)
    }

    @Test func `a gate that starts on an empty database makes the tables, and one that another process serves waits`()
        throws
    {
        try replaceDatabase()
        let waiting = try GateProcess(
            in: folder, name: "waiting", server: server, database: database, workers: 1,
            environment: ["MIGRATE_ON_START": "off"], waits: false)
        try waiting.waitForLog(containing: "the schema \"public\" has no tables yet: run authfcgi migrate; retrying")
        #expect(try tables == "0")
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        #expect(try tables != "0")
        try waiting.waitUntilReady()
        #expect(try gate.stop().isSuccess)
    }
}
