import TestSupport
import Testing

@testable import Sessions

/// A database that pg_restore has made from a dump, as people make it.
@Suite struct RestoredDatabaseTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder
    private let origin: String
    private let owner: String
    private let stranger: String
    private var dump: String { folder.path("dump") }

    var commandEnvironment: [String: String] { ["DATABASE_URL": server.url(user: owner, database: database)] }

    init() throws {
        (server, origin) = try SharedServers.newDatabase()
        database = "\(origin)_restored"
        owner = "\(origin)_owner"
        stranger = "\(origin)_stranger"
        folder = try TestFolder()
        try server.psql(
            """
            CREATE ROLE \(owner) LOGIN; CREATE ROLE \(stranger) LOGIN; CREATE DATABASE \(database) OWNER \(owner)
            """)
        try psql("GRANT USAGE, CREATE ON SCHEMA public TO \(owner)")
    }

    private func serve(waits: Bool = true) throws -> GateProcess {
        try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: commandEnvironment, waits: waits)
    }

    /// Expects that a role without rights can call none of the functions.
    private func expectClosed() throws {
        for call in [
            "create_access_token('admin', groups => '{admin}')", "revoke_all_sessions()", "rotate_session_key()",
        ] {
            let error = #expect(throws: (any Error).self, "\(call)") {
                try server.psql("SELECT \(call)", database: database, user: stranger)
            }
            #expect("\(error, default: "")".contains("permission denied for function"), "\(call)")
        }
    }

    @Test func `a dump restored without owners and rights stops the start until migrate has put it right`() throws {
        let token = try server.psql("SELECT create_access_token('ann', groups => '{staff}')", database: origin)
        try server.dump(origin, to: dump)
        let restored = try server.restore(dump, into: database, ["--no-owner", "--no-acl"], user: owner)
        #expect(restored.status.isSuccess, "\(restored)")
        // What it is all about: whoever may connect is admitted as anybody.
        let call = "SELECT create_access_token('admin', groups => '{admin}') <> ''"
        #expect(try server.psql(call, database: database, user: stranger) == "t")

        let line = "everybody may execute \(SchemaObjects.functions.count) functions (announce_revocations, "
        let checked = try run(["config", "check"])
        #expect(checked.status == .code(78) && checked.errors.contains(line), "\(checked)")
        #expect(checked.errors.contains(": run authfcgi migrate"), "\(checked)")
        let refused = try serve(waits: false)
        #expect(try refused.waitForExit() == .code(78))
        #expect(refused.log.contains("CRITICAL: \(line)") && refused.log.contains("ERROR: \(line)"), "\(refused.log)")
        let foreign = try run(
            ["config", "check"], environment: ["DATABASE_URL": server.url(user: stranger, database: database)])
        #expect(foreign.status == .code(78), "\(foreign)")

        let migrated = try run(["migrate"])
        #expect(migrated.status.isSuccess && migrated.output.hasPrefix("The tables are up to date"), "\(migrated)")
        #expect(migrated.errors.contains("put right: \(line)"), "\(migrated)")
        try expectClosed()
        #expect(try run(["config", "check"]).errors == "")
        let again = try run(["migrate"])
        #expect(again.status.isSuccess && again.errors == "", "\(again)")

        let gate = try serve()
        #expect(try gate.check(token) == 200)
        try psql("GRANT authfcgi_mint TO \(stranger)")
        #expect(
            try server.psql("SELECT get_user_from_token('\(token)')", database: database, user: stranger) == "ann")
        #expect(try gate.stop().isSuccess)
        #expect(!gate.log.split(separator: line).last!.contains("ERROR"), "\(gate.log)")
    }

    @Test func `a dump restored by another role than the gate's is refused with the statements that help`() throws {
        try server.dump(origin, to: dump)
        #expect(try server.restore(dump, into: database, ["--no-owner", "--no-acl"]).status.isSuccess)
        let result = try run(["migrate"])
        #expect(result.status == .code(78), "\(result)")
        #expect(result.errors.contains("the role postgres runs authfcgi migrate --grant-to \(owner)"), "\(result)")
        let open = "everybody may execute \(SchemaObjects.functions.count) functions (announce_revocations, "
        #expect(result.errors.contains(open), "\(result)")
        let checked = try run(["config", "check"])
        #expect(checked.status == .code(78), "\(checked)")
        #expect(checked.errors.contains(open) && checked.errors.contains("--grant-to \(owner)"), "\(checked)")
        let granted = try run(
            ["migrate", "--grant-to", owner], environment: ["DATABASE_URL": server.url(database: database)])
        #expect(granted.status.isSuccess, "\(granted)")
        try expectClosed()
        let gate = try serve()
        #expect(try gate.stop().isSuccess)
    }

    @Test func `a whole restore has no fault`() throws {
        try server.dump(origin, to: dump)
        #expect(try server.restore(dump, into: database).status.isSuccess)
        let environment = ["DATABASE_URL": server.url(database: database)]
        let checked = try run(["config", "check"], environment: environment)
        #expect(checked.status.isSuccess && checked.errors == "", "\(checked)")
        let migrated = try run(["migrate"], environment: environment)
        #expect(migrated.status.isSuccess && migrated.errors == "", "\(migrated)")
    }

    @Test func `a table without its only row ends the start until migrate has put it right`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        try psql("DELETE FROM session_cleanup")
        let line = "the table session_cleanup has lost its row"
        let cleanup = try run(["cleanup"])
        #expect(!cleanup.status.isSuccess && cleanup.errors.contains(line), "\(cleanup)")
        let checked = try run(["config", "check"])
        #expect(checked.status == .code(78) && checked.errors.contains("\(line): run authfcgi migrate"), "\(checked)")
        let refused = try serve(waits: false)
        #expect(try refused.waitForExit() == .code(78))
        #expect(refused.log.contains("ERROR: \(line)"), "\(refused.log)")
        let migrated = try run(["migrate"])
        #expect(migrated.status.isSuccess && migrated.errors.contains("put right: \(line)"), "\(migrated)")
        #expect(try run(["config", "check"]).status.isSuccess)
        #expect(try run(["cleanup"]).status.isSuccess)
    }

    @Test func `triggers that a restore of rows has switched are an error in the log of every start`() throws {
        try server.dump(origin, to: dump)
        #expect(try server.restore(dump, into: database).status.isSuccess)
        let rows = try server.restore(
            dump, into: database, ["--data-only", "--disable-triggers", "--table=session_tokens"])
        #expect(rows.status.isSuccess, "\(rows)")
        let environment = ["DATABASE_URL": server.url(database: database)]
        let line = "ERROR: 5 triggers (session_tokens_announce_delete ON public.session_tokens, "
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        try gate.waitForLog(containing: line)
        #expect(gate.lines(with: line) == 1 && gate.log.contains("in time: run authfcgi migrate"), "\(gate.log)")
        #expect(try run(["migrate"], environment: environment).status.isSuccess)
        #expect(
            try psql(
                "SELECT string_agg(DISTINCT tgenabled::text, '') FROM pg_trigger WHERE NOT tgisinternal") == "A")
    }
}
