import Foundation
import TestSupport
import Testing

@testable import Sessions

/// `authfcgi config check` does what the start does, except serve and change.
@Suite struct ConfigCheckTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    let folder: TestFolder
    private var listen: [String: String] { ["LISTEN": "unix:\(folder.path("gate.sock"))"] }

    init() throws {
        (server, database) = try SharedServers.emptyDatabase()
        folder = try TestFolder()
    }

    func check(_ environment: [String: String] = [:], _ arguments: String...) throws -> CommandResult {
        try run(["config", "check"] + arguments, environment: listen.merging(environment) { $1 })
    }

    /// Expects that the check fails with a message on standard error, and leaves nothing behind.
    func expect(
        _ code: Int32, says words: String, _ environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try snapshot()
        let result = try check(environment)
        #expect(result.status == .code(code), "\(result)", sourceLocation: sourceLocation)
        #expect(result.errors.contains(words), "\(result)", sourceLocation: sourceLocation)
        #expect(!result.output.contains("The settings are valid"), "\(result)", sourceLocation: sourceLocation)
        #expect(try snapshot() == before, sourceLocation: sourceLocation)
    }

    /// What the check must not change: the objects in the database, its rows, and the files in the socket's folder.
    private func snapshot() throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let objects = try psql(
            """
            SELECT oid, relname FROM pg_class WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
            AND relnamespace::regnamespace::text NOT LIKE 'pg_%' ORDER BY oid
            """)
        guard try psql("SELECT to_regclass('authfcgi_migrations')") != "" else { return [objects] + files }
        let keys = try psql("SELECT count(*) FROM session_keys; SELECT count(*) FROM redis_seal_keys")
        return [objects, keys] + files
    }

    /// Creates a role and returns the environment with its connection.
    private func role(_ suffix: String, _ sql: String = "") throws -> [String: String] {
        let role = "\(database)_\(suffix)"
        try psql("CREATE ROLE \(role) LOGIN; \(sql.replacing("ROLE", with: role))")
        return ["DATABASE_URL": server.url(user: role, database: database)]
    }

    // MARK: The eight

    @Test func `a schema that does not exist`() throws {
        try expect(78, says: "there is no schema \"auth\"", ["DATABASE_SCHEMA": "auth"])
    }

    @Test func `a table of another program`() throws {
        try psql("CREATE TABLE session_tokens (token text)")
        try expect(78, says: "has a table session_tokens that authfcgi did not make")
    }

    @Test(arguments: [
        ("CREATE TABLE authfcgi_migrations (x integer)", "table authfcgi_migrations"),
        (
            "CREATE FUNCTION session_token_hash(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
            "function session_token_hash"
        ),
    ])
    func `a function or a table of steps of another program`(_ sql: String, _ object: String) throws {
        try psql(sql)
        for command in [["config", "check"], ["migrate"], ["session", "list"]] {
            let result = try run(command, environment: listen)
            #expect(result.status == .code(78), "\(command): \(result)")
            #expect(result.errors.contains("has a \(object) that authfcgi did not make"), "\(command): \(result)")
        }
        #expect(try psql("SELECT to_regclass('session_tokens') IS NULL") == "t")
    }

    @Test func `no right to make tables`() throws {
        try expect(78, says: "run, as its owner, GRANT CREATE ON SCHEMA \"public\" TO ", role("stranger"))
    }

    @Test func `no rights on the tables`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        let environment = try role("guest").merging(["MIGRATE_ON_START": "off"]) { $1 }
        try expect(78, says: "runs authfcgi migrate --grant-to ", environment)
    }

    @Test func `row level security on a table, until migrate has disabled it`() throws {
        let environment = try role("guest").merging(["MIGRATE_ON_START": "off"]) { $1 }
        #expect(try run(["migrate", "--grant-to", "\(database)_guest"]).status.isSuccess)
        for table in ["session_tokens", "authfcgi_migrations"] {
            try psql("ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            let fault = "row level security hides rows of the table \(table) from the gate"
            try expect(78, says: fault, environment)
            let migrated = try run(["migrate"])
            #expect(migrated.status.isSuccess && migrated.errors.contains("put right: \(fault)"), "\(migrated)")
        }
        #expect(try check(environment).status.isSuccess)
    }

    @Test func `no SELECT on the users`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        try psql(
            String(contentsOfFile: Repository.path("Tests/IntegrationTests/Users/Schemas/django.sql"), encoding: .utf8))
        let environment = try role("reader", "GRANT SELECT ON auth_group, auth_user_groups TO ROLE")
        #expect(try run(["migrate", "--grant-to", "\(database)_reader"]).status.isSuccess)
        let settings = environment.merging(["MIGRATE_ON_START": "off", "USERS_PRESET": "django"]) { $1 }
        try expect(78, says: "permission denied for table auth_user", settings)
        let gate = try GateProcess(
            in: folder, name: "denied", server: server, database: database, workers: 1, environment: settings,
            waits: false)
        #expect(try gate.waitForExit() == .code(78))
        #expect(gate.log.contains("permission denied for table auth_user"))
        try psql("GRANT SELECT ON auth_user TO \(database)_reader")
        #expect(try check(settings).status.isSuccess)
    }

    @Test func `a Redis that does not answer`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        let port = try Endpoint.freePort()
        try expect(69, says: "Redis: 127.0.0.1:\(port): Connection refused", ["REDIS_URL": "redis://127.0.0.1:\(port)"])
        let absent = folder.path("none.sock")
        try expect(69, says: "Redis: unix:\(absent): No such file", ["REDIS_URL": "unix://\(absent)"])
    }

    @Test func `a wrong password of Redis`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        let redis = try RedisServer(
            in: folder, settings: ["requirepass": "hunter2"], tcpPort: Endpoint.freePort())
        let url = "redis://:S3cret@\(redis.tcpEndpoint)"
        try expect(69, says: "WRONGPASS", ["REDIS_URL": url])
        #expect(try !check(["REDIS_URL": url]).errors.contains("S3cret"))
        let good = try check(["REDIS_URL": "redis://:hunter2@\(redis.tcpEndpoint)"])
        #expect(good.status.isSuccess && good.output.contains("Redis answers (\(redis.tcpEndpoint)/0)."), "\(good)")
        #expect(try redis.command("DBSIZE") == "0")
    }

    // MARK: Faults with which 'serve' would start

    @Test(arguments: [
        (
            "ALTER TABLE session_tokens DISABLE TRIGGER ALL",
            "5 triggers (session_tokens_announce_delete ON public.session_tokens, "
        ),
        (
            "ALTER FUNCTION create_session SECURITY INVOKER",
            "the function create_session runs with other rights or another search path than intended: run authfcgi migrate"
        ),
        ("DROP TABLE authfcgi_audit CASCADE", "the tables are incomplete, without table authfcgi_audit: "),
        (
            "ALTER TABLE login_devices OWNER TO pg_monitor",
            "the object login_devices of the gate belongs to another role than postgres: "
        ),
    ])
    func `a fault of the tables is a problem, and is reported once`(_ sql: String, _ words: String) throws {
        #expect(try run(["migrate"]).status.isSuccess)
        try psql(sql)
        try expect(78, says: "authfcgi: \(words)")
        let result = try check([:], "--json")
        #expect(result.status == .code(78) && result.output.hasSuffix("\"valid\":false}\n"), "\(result)")
        #expect(result.errors.split(separator: "\n").count == 1, "\(result)")
    }

    // MARK: When all is well

    @Test func `an empty database is confirmed, and stays empty`() throws {
        let before = try snapshot()
        let result = try check()
        #expect(result.status == .code(0), "\(result)")
        #expect(result.errors == "", "\(result)")
        #expect(result.output.contains("The settings are valid, and the database answers.\n"))
        #expect(result.output.contains("'serve' would apply the migrations 1, 2, "), "\(result)")
        #expect(try snapshot() == before)
        try expect(78, says: "has no tables yet: run authfcgi migrate", ["MIGRATE_ON_START": "off"])
    }

    @Test func `beside a gate that serves nothing is disturbed`() throws {
        let redis = try RedisServer(in: folder)
        let gate = try GateProcess(
            in: folder, server: server, database: database, environment: ["REDIS_URL": redis.url])
        let token = try gate.signIn("ann")
        #expect(try gate.check(token) == 200)
        let log = gate.log
        let before = try snapshot()
        let result = try check(["REDIS_URL": redis.url, "LISTEN": "unix:\(gate.socketPath)"])
        #expect(result.status == .code(0), "\(result)")
        #expect(
            result.output.contains(
                "Note: another process is listening on unix:\(gate.socketPath): a start beside it would end with exit code 75."
            ))
        #expect(try snapshot() == before && gate.log == log)
        #expect(try gate.check(token) == 200)
    }

    @Test func `a server that says nothing is reported soon`() throws {
        let silent = try AnsweringSocket(at: .unix(folder.path(".s.PGSQL.5432"))) { _ in nil }
        let begun = ContinuousClock.now
        try expect(69, says: "PostgreSQL: ", ["DATABASE_URL": "postgresql:///d?host=\(folder.path)"])
        #expect(ContinuousClock.now - begun < .seconds(20))
        withExtendedLifetime(silent) {}
    }

    // MARK: Settings alone

    @Test func `--settings-only needs no server, and reads the files`() throws {
        let nowhere = [
            "DATABASE_URL": "postgresql://gate@127.0.0.1:1/d", "REDIS_URL": "rediss://127.0.0.1:1",
            "LISTEN": "unix:\(folder.path("missing/gate.sock"))",
        ]
        let good = try check(nowhere, "--settings-only")
        #expect(good.status == .code(0) && good.output == "The settings are valid. No server was asked.\n", "\(good)")
        let none = folder.path("none.pem")
        let bad = try check(nowhere.merging(["REDIS_TLS_CA_FILE": none]) { $1 }, "--settings-only")
        #expect(bad.status == .code(78) && bad.errors.contains(none), "\(bad)")
        #expect(try check(["WORKERS": "many"], "--settings-only").status == .code(78))
        let hint = try check(nowhere.merging(["PAGE_LOGO": "http://a.example/l.svg"]) { $1 }, "--settings-only")
        #expect(hint.status == .code(0) && hint.output.contains("\nNote: PAGE_LOGO begins with http://"), "\(hint)")
    }
}
