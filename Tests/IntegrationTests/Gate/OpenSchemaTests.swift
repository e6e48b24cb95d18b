import TestSupport
import Testing

@testable import Sessions

/// A schema in which other roles may create objects, as `public` is by default before PostgreSQL 15.
@Suite struct OpenSchemaTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder
    private let gate: String
    private let other: String

    var commandEnvironment: [String: String] { ["DATABASE_URL": server.url(user: gate, database: database)] }

    init() throws {
        (server, database) = try SharedServers.emptyDatabase()
        folder = try TestFolder()
        gate = "\(database)_gate"
        other = "\(database)_other"
        try psql("CREATE ROLE \(gate) LOGIN; CREATE ROLE \(other) LOGIN")
    }

    private func serve(_ environment: [String: String] = [:], waits: Bool = true) throws -> GateProcess {
        try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: commandEnvironment.merging(environment) { $1 }, waits: waits)
    }

    /// Expects that the start is refused by each way of it, with a message.
    private func expectRefused(_ message: String, _ environment: [String: String] = [:]) throws {
        for command in [["migrate"], ["config", "check"]] {
            let result = try run(command, environment: environment)
            #expect(result.status == .code(78), "\(command): \(result)")
            #expect(result.errors.contains(message), "\(command): \(result.errors)")
        }
        let gate = try serve(environment, waits: false)
        #expect(try gate.waitForExit() == .code(78))
        #expect(gate.log.contains("CRITICAL: ") && gate.log.contains(message), "\(gate.log)")
        #expect(try psql("SELECT count(*) FROM pg_class WHERE relname = 'session_tokens'") == "0")
    }

    private func expectStart(_ environment: [String: String] = [:]) throws {
        #expect(try run(["config", "check"], environment: environment).status.isSuccess)
        let gate = try serve(environment)
        #expect(try gate.stop().isSuccess)
    }

    @Test func `a schema in which everybody may create is refused, and the printed statements make it usable`() throws {
        try psql("GRANT CREATE ON SCHEMA public TO PUBLIC")
        let remedy = "REVOKE CREATE ON SCHEMA \"public\" FROM PUBLIC; GRANT CREATE ON SCHEMA \"public\" TO \(gate)"
        try expectRefused(
            "others (PUBLIC) may create objects in the schema \"public\", beside the gate's: run \(remedy); "
                + "or choose another schema (DATABASE_SCHEMA)")
        try psql(remedy)
        try expectStart()
    }

    @Test func `another schema helps, as the message says`() throws {
        try psql("GRANT CREATE ON SCHEMA public TO PUBLIC; CREATE SCHEMA \"Auth gate\" AUTHORIZATION \(gate)")
        try expectStart(["DATABASE_SCHEMA": "Auth gate"])
        #expect(try psql("SELECT count(*) FROM \"Auth gate\".session_tokens") == "0")
    }

    @Test func `single roles are named`() throws {
        try psql(
            """
            CREATE ROLE "\(database) odd"; GRANT CREATE ON SCHEMA public TO \(gate), \(other), "\(database) odd"
            """)
        try expectRefused("REVOKE CREATE ON SCHEMA \"public\" FROM \(other), \"\(database) odd\"; or choose")
    }

    /// Each of them can do more than create objects.
    @Test(arguments: ["ALTER DATABASE % OWNER TO &", "GRANT # TO &", "ALTER SCHEMA public OWNER TO &"])
    func `roles that could act as the gate or own the schema are no others`(sql: String) throws {
        try psql("GRANT CREATE ON SCHEMA public TO \(gate), \(other)")
        try psql(sql.replacing("%", with: database).replacing("#", with: gate).replacing("&", with: other))
        try expectStart()
    }

    @Test func `a schema of another role that only has the name of the gate's role is refused`() throws {
        try psql("CREATE SCHEMA \(gate) AUTHORIZATION \(other); GRANT ALL ON SCHEMA \(gate) TO \(gate)")
        try expectRefused(
            "the schema \"\(gate)\" belongs to another role (\(other)), which may create objects in it, beside the gate's: "
                + "run ALTER SCHEMA \"\(gate)\" OWNER TO \(gate); or choose another schema (DATABASE_SCHEMA)")
        // Chosen by name, its owner is trusted.
        try expectStart(["DATABASE_SCHEMA": gate])
    }

    @Test func `a schema that is opened later does not stop a running gate, nor commands that end sessions`() throws {
        try psql("GRANT CREATE ON SCHEMA public TO \(gate)")
        let running = try serve()
        let token = try running.signIn("ann")
        #expect(try running.check(token) == 200)
        try psql("GRANT CREATE ON SCHEMA public TO PUBLIC")
        try server.terminateBackends(of: database)
        try running.waitUntilReady()
        #expect(try running.check(token) == 200)
        let ended = try run(["session", "revoke", "--user", "ann"])
        #expect(ended.status.isSuccess, "\(ended)")
        #expect(try running.check(token) == 401)
        let checked = try run(["config", "check"])
        #expect(checked.status == .code(78), "\(checked)")
        #expect(checked.errors.contains("REVOKE CREATE ON SCHEMA \"public\" FROM PUBLIC"), "\(checked)")
    }

    @Test func `tables that another role has made are not added to`() throws {
        try psql(
            """
            GRANT CREATE ON SCHEMA public TO \(gate), \(other); SET ROLE \(other);
            CREATE TABLE authfcgi_migrations (number integer PRIMARY KEY, name text NOT NULL);
            GRANT ALL ON authfcgi_migrations TO \(gate);
            CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'run as %', current_user; END $$;
            CREATE TRIGGER trap BEFORE INSERT ON authfcgi_migrations FOR EACH STATEMENT EXECUTE FUNCTION trap();
            RESET ROLE; REVOKE CREATE ON SCHEMA public FROM \(other)
            """)
        let result = try run(["migrate"])
        #expect(result.status == .code(78), "\(result)")
        #expect(result.errors.contains("belong to the role \(other), and \(gate) cannot update them"), "\(result)")
    }

    @Test func `behind a pooler every schema of the search path has to be closed`() throws {
        try psql("GRANT CREATE ON SCHEMA public TO PUBLIC; CREATE SCHEMA gate AUTHORIZATION \(gate)")
        var environment = ["DATABASE_SCHEMA": "gate", "DATABASE_PREPARED_STATEMENTS": "off"]
        try expectRefused(
            "others (PUBLIC) may create objects in the schema \"public\", which is in the search path behind the "
                + "connection pooler: run REVOKE CREATE ON SCHEMA \"public\" FROM PUBLIC", environment)
        #expect(try run(["session", "count"], environment: environment).status == .code(78))
        environment["DATABASE_PREPARED_STATEMENTS"] = "on"
        try expectStart(environment)
        environment["DATABASE_PREPARED_STATEMENTS"] = "off"
        try psql("ALTER ROLE \(gate) IN DATABASE \(database) SET search_path = gate")
        try expectStart(environment)
    }

    @Test func `a users query needs a search path in which not everybody may create`() throws {
        try psql(
            """
            CREATE SCHEMA gate AUTHORIZATION \(gate); CREATE TABLE people (id text, hash text, name text);
            GRANT SELECT ON people TO \(gate); GRANT CREATE ON SCHEMA public TO PUBLIC
            """)
        let environment = [
            "DATABASE_SCHEMA": "gate",
            "USERS_QUERY": "SELECT id, hash AS password_hash FROM people WHERE lower(name) = lower($1)",
        ]
        try expectUsersQueryRefused(environment)
        // The application whose users these are must be able to create its tables.
        try psql("REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT CREATE ON SCHEMA public TO \(other)")
        let message =
            "others (\(other)) may create objects in the schema \"public\", which is in the search path of USERS_QUERY"
        let checked = try run(["config", "check"], environment: environment)
        #expect(checked.status.isSuccess && checked.output.contains("Note: \(message)"), "\(checked)")
        let gate = try serve(environment)
        #expect(try gate.stop().isSuccess)
        #expect(gate.log.contains("WARNING: \(message)"), "\(gate.log)")
    }

    private func expectUsersQueryRefused(_ environment: [String: String]) throws {
        let message =
            "others (PUBLIC) may create objects in the schema \"public\", which is in the search path of USERS_QUERY: "
            + "run REVOKE CREATE ON SCHEMA \"public\" FROM PUBLIC"
        let checked = try run(["config", "check"], environment: environment)
        #expect(checked.status == .code(78) && checked.errors.contains(message), "\(checked)")
        let gate = try serve(environment, waits: false)
        #expect(try gate.waitForExit() == .code(78))
        #expect(gate.log.contains(message), "\(gate.log)")
    }
}
