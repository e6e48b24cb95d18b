import TestSupport
import Testing

@testable import Sessions

/// `authfcgi migrate`: what it prints, and databases that it does not migrate.
@Suite struct MigrateCommandTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder

    init() throws {
        (server, database) = try SharedServers.emptyDatabase()
        folder = try TestFolder()
    }

    @Test func `details and hints of PostgreSQL are kept`() throws {
        try psql(
            """
            CREATE FUNCTION no_tables() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'not today' USING DETAIL = 'The books are closed.', HINT = 'Come again tomorrow.';
            END $$;
            CREATE EVENT TRIGGER no_tables_\(database) ON ddl_command_start WHEN TAG IN ('CREATE VIEW')
                EXECUTE FUNCTION no_tables()
            """)
        let result = try run(["migrate"])
        #expect(result.status == .code(69), "\(result)")
        let text = "not today; DETAIL: The books are closed.; HINT: Come again tomorrow. (SQLSTATE P0001)"
        #expect(result.errors.contains(text), "\(result)")
        #expect(try psql("SELECT count(*) FROM pg_class WHERE relname = 'session_tokens'") == "0")
    }

    @Test func `on a terminal a migration that takes long says which it is and for how long`() throws {
        let other = try PostgreSQLConnection(server.url(database: database), log: RecordedLog().logger)
        // No function can be made meanwhile.
        try other.script("BEGIN; LOCK TABLE pg_catalog.pg_proc IN SHARE MODE", deadline: .seconds(10))
        let terminal = try PseudoTerminal()
        let process = try ServerProcess(
            GateProcess.executable, ["migrate"], environment: commandEnvironment, logFile: folder.path("log"),
            descriptors: [2: terminal.screen.number])
        var shown = ""
        try eventually("the step and its time are shown", within: .seconds(20)) {
            shown += try terminal.shown()
            return shown.contains(": 2 s …")
        }
        let step = try #require(shown.firstMatch(of: /migration (\d+) of (\d+) \([a-z_]+\): \d+ s …/), "\(shown)")
        #expect(Int(step.1).map { $0 >= 1 } == true && Int(step.2) == Migrations.latest)
        try other.script("COMMIT", deadline: .seconds(10))
        #expect(try process.waitForExit(within: .seconds(30)).isSuccess, "\(process.log)")
        #expect(process.log.hasPrefix("Applied migrations 1, 2, "), "\(process.log)")
    }

    @Test func `a newer database is refused by migrate, and used by serve with a warning`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        let newer = Migrations.latest + 1
        try psql("INSERT INTO authfcgi_migrations (number, name) VALUES (\(newer), 'of_tomorrow')")
        let text =
            "the tables in the schema \"public\" are newer than this program (they are at migration \(newer), and it knows \(Migrations.latest)): use the version that has updated them, or a later one"
        let result = try run(["migrate"])
        #expect(result.status == .code(78) && result.output == "", "\(result)")
        #expect(result.errors == "authfcgi: \(text) (DATABASE_SCHEMA)\n", "\(result)")
        // The previous version goes on during a rolling update, and its pods may start again meanwhile.
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 1)
        try gate.waitForLog(containing: "WARNING: \(text)")
        #expect(gate.lines(with: text) == 1, "\(gate.log)")
        #expect(try run(["config", "check"]).errors.contains(text))
        #expect(try run(["session", "count"]).status.isSuccess)
    }

    /// The commands that have nothing to do in a database without tables.
    private static let needingTables = [
        ["session", "count"], ["session", "list", "--user", "ann"], ["session", "revoke", "--user", "ann"],
        ["session", "revoke", "--all", "--yes"], ["session", "refresh", "--user", "ann", "--name", "A"],
        ["user", "list"], ["user", "show", "ann"], ["user", "change", "ann", "--name", "A"], ["user", "passwd", "ann"],
        ["user", "disable", "ann"], ["user", "enable", "ann"], ["user", "delete", "ann"], ["audit"], ["cleanup"],
    ]

    @Test func `commands that add nothing make no tables, and only migrate updates them`() throws {
        for command in Self.needingTables {
            let result = try run(command, input: "correct horse battery")
            #expect(result.status == .code(78) && result.output == "", "\(command): \(result)")
            #expect(
                result.errors == "authfcgi: the schema \"public\" has no tables yet: run authfcgi migrate\n",
                "\(result)")
        }
        #expect(try psql("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == "0")
        #expect(try run(["migrate"]).status.isSuccess)
        let last = Migrations.latest
        try psql("DELETE FROM authfcgi_migrations WHERE number = \(last)")
        let adding = [["user", "add", "ann"], ["session", "create", "--new-user", "--user", "ann"]]
        for command in Self.needingTables + adding {
            let result = try run(command, input: "correct horse battery")
            #expect(result.status == .code(78), "\(command): \(result)")
            #expect(
                result.errors.contains(
                    "older than this program (they are at migration \(last - 1), and it needs \(last))"),
                "\(command): \(result)")
        }
        #expect(try psql("SELECT max(number) FROM authfcgi_migrations") == "\(last - 1)")
    }

    @Test(arguments: [["user", "add", "ann"], ["session", "create", "--new-user", "--user", "ann"]])
    func `commands that add something make the tables`(_ command: [String]) throws {
        let result = try run(command, environment: ["SESSION_LIFETIME": "1h"], input: "correct horse battery")
        #expect(result.status.isSuccess, "\(result)")
        #expect(try psql("SELECT extract(epoch FROM default_lifetime)::integer FROM session_limits") == "3600")
    }

    @Test func `a command without the lifetimes of serve leaves them as they are`() throws {
        let lifetimes = "SELECT extract(epoch FROM default_lifetime)::integer FROM session_limits"
        #expect(try run(["migrate"], environment: ["SESSION_LIFETIME": "1h"]).status.isSuccess)
        for command in [
            ["user", "add", "ann"], ["user", "show", "ann"], ["session", "create", "--user", "ann"], ["audit"],
            ["session", "revoke", "--user", "ann"], ["cleanup"], ["user", "disable", "ann"],
        ] {
            let result = try run(command, input: "correct horse battery")
            #expect(result.status.isSuccess, "\(command): \(result)")
            #expect(try psql(lifetimes) == "3600", "\(command)")
        }
        #expect(try run(["migrate"], environment: ["SESSION_LIFETIME": "2h"]).status.isSuccess)
        #expect(try psql(lifetimes) == "7200")
    }

    @Test func `a server that is too old is refused by its version`() throws {
        let socket = try AnsweringSocket(at: .unix("\(folder.path)/.s.PGSQL.5432")) { received in
            received.count >= 8 ? Self.greeting("12.22 (Debian 12.22-1)") : nil
        }
        let environment = ["DATABASE_URL": "postgresql:///x?host=\(folder.path)&user=x"]
        let text =
            "the server is PostgreSQL 12, and authfcgi needs 13 or newer: upgrade it, or choose another one (DATABASE_URL)"
        for command in [["migrate"], ["session", "count"], ["config", "check"]] {
            let result = try run(command, environment: environment)
            #expect(result.status == .code(78) && result.errors == "authfcgi: \(text)\n", "\(command): \(result)")
        }
        let gate = try GateProcess(
            in: folder, server: server, workers: 1, environment: environment, waits: false)
        #expect(try gate.waitForExit() == .code(78), "\(gate.log)")
        #expect(gate.log.contains("CRITICAL: \(text)"), "\(gate.log)")
        withExtendedLifetime(socket) {}
    }

    /// The messages of a server that accepts a connection.
    private static func greeting(_ version: String) -> [UInt8] {
        func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
            let length = UInt32(body.count + 4)
            return Array("\(type)".utf8) + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + body
        }
        let settings = [
            ("server_version", version), ("server_encoding", "UTF8"), ("client_encoding", "UTF8"),
            ("in_hot_standby", "off"), ("default_transaction_read_only", "off"),
        ]
        return message("R", [0, 0, 0, 0])
            + settings.flatMap { message("S", Array("\($0.0)\0\($0.1)\0".utf8)) }
            + message("K", [0, 0, 0, 1, 0, 0, 0, 1]) + message("Z", Array("I".utf8))
    }
}

/// A server on which the role of applications does not exist, and the gate's role may not make it.
@Suite struct ApplicationsRoleTests: RunsCommands {
    let server: PostgreSQLServer
    let database = "app"
    private let folder: TestFolder

    var commandEnvironment: [String: String] { ["DATABASE_URL": server.url(user: "gate", database: database)] }

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder)
        try server.psql("CREATE ROLE gate LOGIN; CREATE ROLE shop LOGIN; CREATE DATABASE app OWNER gate")
        try psql("GRANT USAGE, CREATE ON SCHEMA public TO gate; CREATE SCHEMA own AUTHORIZATION gate")
    }

    /// Runs `migrate` and returns the statements that it prints for an administrator.
    private func statements(_ environment: [String: String] = [:]) throws -> String {
        let result = try run(["migrate"], environment: environment)
        #expect(result.status.isSuccess, "\(result)")
        let line = try #require(
            result.errors.split(separator: "\n").first { $0.contains("authfcgi_mint") }, "\(result)")
        #expect(
            line.contains(
                " WARNING: the role authfcgi_mint does not exist, and gate may not mend that; authfcgi works "),
            "\(line)")
        return String(line.split(separator: "in this database: ").last ?? "")
    }

    private func expectUse(of schema: String) throws {
        try psql("GRANT authfcgi_mint TO shop")
        let token = try server.psql("SELECT \(schema).create_access_token('ann')", database: database, user: "shop")
        #expect(
            try server.psql("SELECT \(schema).get_user_from_token('\(token)')", database: database, user: "shop")
                == "ann")
    }

    @Test(arguments: ["public", "own"])
    func `the statements are printed whenever migrate runs, and make applications work`(schema: String) throws {
        let environment = ["DATABASE_SCHEMA": schema]
        let first = try statements(environment)
        #expect(first.hasPrefix("CREATE ROLE authfcgi_mint NOLOGIN; GRANT "), "\(first)")
        #expect(try statements(environment) == first)
        try psql(first)
        let result = try run(["migrate"], environment: environment)
        #expect(result.status.isSuccess && result.errors == "", "\(result)")
        try expectUse(of: schema)
    }

    @Test func `after an administrator has made the role the next migrate grants, and serve complains until then`()
        throws
    {
        _ = try statements()
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: commandEnvironment)
        #expect(try gate.stop().isSuccess)
        #expect(!gate.log.contains("authfcgi_mint"), "\(gate.log)")
        try server.psql("CREATE ROLE authfcgi_mint NOLOGIN")
        try gate.start()
        let fault = "members of authfcgi_mint lack \(SchemaObjects.functions(for: .applications).count) rights ("
        try gate.waitForLog(containing: "ERROR: \(fault)")
        let result = try run(["migrate"])
        #expect(result.status.isSuccess, "\(result)")
        #expect(result.errors.contains("put right: \(fault)"), "\(result)")
        try expectUse(of: "public")
    }
}
