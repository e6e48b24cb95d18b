import TestSupport
import Testing

@testable import Sessions

/// A role that lacks one right: the start and every command say which statement grants it.
@Suite struct MissingRightTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder
    private let role: String

    var commandEnvironment: [String: String] { ["DATABASE_URL": server.url(user: role, database: database)] }

    init() throws {
        let users = try ForeignUsers.django()
        (server, database) = (users.database.server, users.database.name)
        folder = try TestFolder()
        role = "\(database)_gate"
        try psql("CREATE ROLE \(role) LOGIN; CREATE SCHEMA gate AUTHORIZATION \(role)")
    }

    /// Expects that `serve` and the commands end with 78 and `text`.
    private func expectRefused(
        _ commands: [[String]], _ text: String, _ environment: [String: String]
    ) throws {
        for command in commands {
            let result = try run(command, environment: environment, input: "correct horse battery")
            #expect(result.status == .code(78) && result.errors.contains(text), "\(command): \(result)")
        }
        let gate = try serve(environment, waits: false)
        #expect(try gate.waitForExit() == .code(78))
        #expect(gate.log.contains("CRITICAL: ") && gate.log.contains(text), "\(gate.log)")
    }

    private func serve(_ environment: [String: String], waits: Bool = true) throws -> GateProcess {
        try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: commandEnvironment.merging(environment) { $1 }, waits: waits)
    }

    private func expectStart(_ environment: [String: String]) throws {
        let checked = try run(["config", "check"], environment: environment)
        #expect(checked.status.isSuccess, "\(checked)")
        let gate = try serve(environment)
        #expect(try gate.stop().isSuccess)
    }

    @Test func `a schema in which the role may not create tables`() throws {
        try psql("CREATE SCHEMA closed; GRANT USAGE ON SCHEMA closed TO \(role)")
        let statement = "GRANT CREATE ON SCHEMA \"closed\" TO \(role)"
        let environment = ["DATABASE_SCHEMA": "closed"]
        try expectRefused(
            [["migrate"], ["config", "check"], ["user", "add", "ann"]],
            "the role \(role) may not create tables in the schema \"closed\": run, as its owner, \(statement); or choose a schema of its own (DATABASE_SCHEMA)",
            environment)
        // Another role with that right is none of the gate's, so the gate gets it alone.
        try psql(statement)
        try expectStart(environment)
    }

    @Test func `a schema that the role may not use`() throws {
        try psql("CREATE SCHEMA closed")
        let statements = "GRANT USAGE ON SCHEMA \"closed\" TO \(role)"
        try expectRefused(
            [["migrate"], ["config", "check"], ["session", "count"]], statements, ["DATABASE_SCHEMA": "closed"])
    }

    @Test func `a table of users that the role may not read`() throws {
        let environment = ["DATABASE_SCHEMA": "gate", "USERS_PRESET": "django"]
        let statements = ["auth_group", "auth_user", "auth_user_groups"].map {
            "GRANT SELECT ON public.\($0) TO \(role)"
        }
        try expectRefused(
            [["config", "check"]],
            "USERS_PRESET django does not work: permission denied for table ", environment)
        let result = try run(["config", "check"], environment: environment)
        #expect(
            result.errors.contains(": run, as the owner of what it uses, \(statements.joined(separator: "; "))"),
            "\(result)")
        try psql(statements.joined(separator: "; "))
        try expectStart(environment)
        // A hash is replaced by an UPDATE.
        let rehash = ["USERS_REHASH": "UPDATE auth_user SET password = $1 WHERE id::text = $2 AND password = $3"]
        let right = "GRANT SELECT, UPDATE ON public.auth_user TO \(role)"
        try expectRefused([["config", "check"]], right, environment.merging(rehash) { $1 })
        try psql(right)
        try expectStart(environment.merging(rehash) { $1 })
    }

    @Test func `a view of users counts, and the tables behind it do not`() throws {
        try psql(
            "CREATE VIEW people AS SELECT id, username, password AS password_hash FROM auth_user")
        let environment = [
            "DATABASE_SCHEMA": "gate",
            "USERS_QUERY": "SELECT id, password_hash, username FROM people WHERE username = $1",
        ]
        let result = try run(["config", "check"], environment: environment)
        #expect(result.status == .code(78), "\(result)")
        #expect(result.errors.hasSuffix(", GRANT SELECT ON public.people TO \(role)\n"), "\(result)")
        try psql("GRANT SELECT ON people TO \(role)")
        try expectStart(environment)
    }

    @Test func `a schema of users that the role may not use`() throws {
        try psql("CREATE SCHEMA shop; ALTER TABLE auth_user SET SCHEMA shop; GRANT SELECT ON shop.auth_user TO \(role)")
        let environment = [
            "DATABASE_SCHEMA": "gate",
            "USERS_QUERY": "SELECT id, password AS password_hash FROM shop.auth_user WHERE username = $1",
        ]
        try expectRefused([["config", "check"]], "missing: GRANT USAGE ON SCHEMA shop TO ROLE", environment)
        try psql("GRANT USAGE ON SCHEMA shop TO \(role)")
        try expectStart(environment)
    }

    @Test func `a schema of the search path that the role may not use`() throws {
        try psql(
            """
            CREATE SCHEMA shop; ALTER TABLE auth_user SET SCHEMA shop;
            GRANT SELECT ON shop.auth_user, auth_group, auth_user_groups TO \(role);
            ALTER ROLE \(role) IN DATABASE "\(database)" SET search_path = shop, public
            """)
        let environment = ["DATABASE_SCHEMA": "gate", "USERS_PRESET": "django"]
        let statement = "run GRANT USAGE ON SCHEMA shop TO \(role)"
        try expectRefused([["config", "check"]], statement, environment)
        try psql("GRANT USAGE ON SCHEMA shop TO \(role)")
        try expectStart(environment)
    }

    @Test func `only the table that a rehash writes needs the right to be written`() throws {
        let tables = "auth_group, auth_user, auth_user_groups"
        try psql("GRANT SELECT ON \(tables) TO \(role)")
        let environment = [
            "DATABASE_SCHEMA": "gate", "USERS_PRESET": "django",
            "USERS_REHASH": "UPDATE auth_user SET password = $1 WHERE id::text = $2 AND password = $3",
        ]
        let result = try run(["config", "check"], environment: environment)
        let statement = "run, as the owner of what it uses, GRANT SELECT, UPDATE ON public.auth_user TO \(role)"
        #expect(result.status == .code(78) && result.errors.hasSuffix("\(statement)\n"), "\(result)")
    }

    @Test func `the tables of another role`() throws {
        let text = "the role \(role) lacks "
        let advice = "the role postgres runs authfcgi migrate --grant-to \(role)"
        for command in [
            ["session", "count"], ["user", "list"], ["migrate"], ["config", "check"], ["user", "add", "ann"],
        ] {
            let result = try run(command, input: "correct horse battery")
            #expect(result.status == .code(78) && result.errors.contains(advice), "\(command): \(result)")
            #expect(result.errors.contains(text), "\(command): \(result)")
        }
        let gate = try serve([:], waits: false)
        #expect(try gate.waitForExit() == .code(78), "\(gate.log)")
        // With MIGRATE_ON_START=off a Job makes the tables, and grants their use.
        let waiting = try serve(["MIGRATE_ON_START": "off"], waits: false)
        try waiting.waitForLog(containing: advice)
        let owner = ["DATABASE_URL": server.url(database: database)]
        #expect(try run(["migrate", "--grant-to", role], environment: owner).status.isSuccess)
        try waiting.waitUntilReady()
        #expect(try run(["session", "count"]).status.isSuccess)
    }
}
