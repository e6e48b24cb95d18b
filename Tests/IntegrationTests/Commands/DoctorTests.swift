import FoundationEssentials
import TestSupport
import Testing

/// `authfcgi doctor` names what is wrong with a set-up, and what to do.
@Suite struct DoctorTests: RunsDoctor {
    let server: PostgreSQLServer
    let database: String
    let folder: TestFolder

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
    }

    // MARK: When all is well

    @Test func `a set-up that is well has no error, and each check says what it looked at`() throws {
        let redis = try RedisServer(in: folder, settings: ["maxmemory": "64mb", "maxmemory-policy": "allkeys-lru"])
        let output = try doctor(["REDIS_URL": redis.url, "WORKERS": "2"])
        #expect(output.errors == 0, "\(output)")
        let warned = Set(output.findings.filter { $0.result == "warning" }.map(\.check))
        #expect(warned.subtracting(Self.dependentChecks) == [], "\(output)")
        for (check, finding) in [
            ("settings", "can be read"), ("sockets", "can be used"), ("postgresql", "PostgreSQL "),
            ("schema", "at migration "), ("rights", "as the migrations have set them"), ("look-up", "is answered"),
            ("users", "the gate's own users"), ("tls", "a unix socket"), ("notifications", "is heard"),
            ("write", "both were taken back"),
            ("clock", "less than 2 s"), ("connections", "1 pod with 2 workers may need 8 connections, 16 while"),
            ("redis", "Redis answers"), ("redis-rights", "each command is answered"),
            ("redis-memory", "at 64 MiB, allkeys-lru"), ("redis-persistence", "it does not"),
        ] {
            let result = output.lines(check).first
            #expect(result?.result == "ok" && result?.finding.contains(finding) == true, "\(output.lines(check))")
        }
        #expect(output.lines("redis-version").first?.finding.hasPrefix("Redis ") == true)
        #expect(try redis.command("DBSIZE") == "0")
        #expect(output.findings.allSatisfy { !$0.looked_at.isEmpty })
        #expect(output.lines("nginx").isEmpty)
    }

    @Test func `nothing is changed, and an empty database stays empty`() throws {
        let (server, empty) = try SharedServers.emptyDatabase()
        let output = try doctor(["DATABASE_URL": server.url(database: empty)])
        #expect(output.lines("schema").first?.finding.hasPrefix("'serve' would apply the migrations 1, 2, ") == true)
        #expect(output.errors == 0, "\(output)")
        let tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        #expect(try server.psql(tables, database: empty) == "0")
    }

    @Test func `without --json there is a line for each finding, which fits a terminal`() throws {
        let listen = ["LISTEN": "unix:\(folder.path("gate.sock"))"]
        let plain = try run(["doctor"], environment: listen)
        let lines = plain.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "ok       settings           the settings and the files that they name can be read")
        let heard = "ok       notifications      what another connection notifies is heard"
        #expect(lines.contains { $0 == heard }, "\(plain)")
        let last = try #require(plain.output.split(separator: "\n").last)
        #expect(last == "No problem was found." || last.hasPrefix("0 errors, "), "\(plain)")
        let terminal = try PseudoTerminal()
        let process = try ServerProcess(
            GateProcess.executable, ["doctor"], environment: commandEnvironment.merging(listen) { $1 },
            logFile: folder.path("log"), descriptors: [1: terminal.screen.number])
        _ = try process.waitForExit(within: .seconds(30))
        let shown = try terminal.shown()
        #expect(shown.contains("ok       notifications "), "\(shown)")
        #expect(shown.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(shown)")
    }

    /// A real terminal of 80 columns.
    @Test func `in tmux no line is broken but by the doctor, at spaces`() throws {
        let environment = commandEnvironment.merging([
            "LISTEN": "unix:\(folder.path("gate.sock"))", "LISTEN_MODE": "0666",
        ]) { $1 }
        let terminal = try Tmux(
            in: folder, lines: 100, environment: environment,
            command: "'\(try GateProcess.executable)' doctor; exec sleep 60")
        var lines: [String] = []
        try eventually("the doctor is done", within: .seconds(40), every: .milliseconds(200)) {
            lines = try terminal.screen()
            return lines.contains { $0 == "No problem was found." || $0.hasPrefix("0 errors, ") }
        }
        print(lines.filter { !$0.isEmpty }.joined(separator: "\n"))
        #expect(lines.first?.hasPrefix("ok       settings ") == true, "\(lines)")
        // The rest of a finding stands under its first word.
        let indents = Set(lines.filter { $0.hasPrefix("  ") }.map { line in line.prefix { $0 == " " }.count })
        #expect(indents.count == 1, "\(lines)")
        #expect(try terminal.unbrokenScreen() == lines)
    }

    // MARK: Broken set-ups

    static let environments: [([String: String], String, String, String, String)] = [
        (["WORKERS": "many"], "settings", "error", "WORKERS (environment) is \"many\"", "a number, 1 to 256"),
        (["LISTEN": "unix:/missing/x/gate.sock"], "sockets", "error", "the directory of /missing/x/gate.sock", ""),
        (["LISTEN_MODE": "0666"], "socket-mode", "warning", "LISTEN_MODE is 0666", "LISTEN_GROUP"),
        (
            ["DATABASE_URL": "postgresql:///d?host=/nowhere"], "postgresql", "error", "No such file",
            "correct DATABASE_URL"
        ),
        (["DATABASE_SCHEMA": "auth"], "schema", "error", "there is no schema \"auth\"", "create it (CREATE SCHEMA)"),
        (
            ["USERS_QUERY": "SELECT id, password_hash FROM nobody WHERE name = $1"], "users", "error",
            "USERS_QUERY does not work", "write a SELECT"
        ),
        (["REDIS_URL": "redis://127.0.0.1:1"], "redis", "error", "Connection refused", "correct REDIS_URL"),
        (["DATABASE_PREPARED_STATEMENTS": "off"], "notifications", "warning", "a pooler in between", "directly"),
    ]

    @Test(arguments: environments)
    func `a setting is named`(
        _ environment: [String: String], _ check: String, _ result: String, _ finding: String, _ remedy: String
    ) throws {
        let output = try doctor(environment)
        // The advice on a setting is part of its message.
        if check == "settings" {
            let only = try #require(output.findings.count == 1 ? output.findings.first : nil, "\(output)")
            #expect(only.finding.contains(remedy), "\(output)")
            return expect(check, result, finding, in: output)
        }
        expect(check, result, finding, remedy, in: output)
    }

    static let changes: [(String, String, String, String, String)] = [
        (
            "GRANT EXECUTE ON FUNCTION create_access_token TO PUBLIC", "rights", "error",
            "everybody may execute the function create_access_token", "run authfcgi migrate"
        ),
        (
            "GRANT SELECT ON session_keys TO PUBLIC", "rights", "error",
            "everybody has rights on the table session_keys", "run authfcgi migrate"
        ),
        (
            "ALTER TABLE login_devices OWNER TO pg_monitor", "rights", "error",
            "the object login_devices of the gate belongs to another role",
            "ALTER TABLE public.login_devices OWNER TO postgres"
        ),
        (
            "ALTER TABLE session_tokens DISABLE TRIGGER ALL", "rights", "error",
            "5 triggers (session_tokens_announce_delete ON public.session_tokens, ", "run authfcgi migrate"
        ),
        (
            "ALTER TABLE user_epochs ENABLE TRIGGER user_epochs_keep_delete", "rights", "error",
            "the trigger user_epochs_keep_delete ON public.user_epochs does not always run", "run authfcgi migrate"
        ),
        (
            "ALTER FUNCTION create_session SECURITY INVOKER", "rights", "error",
            "the function create_session runs with other rights", "run authfcgi migrate"
        ),
        ("DELETE FROM session_channel", "rights", "error", "the table session_channel has lost its row", "migrate"),
        (
            "DROP TABLE authfcgi_audit CASCADE", "rights", "error",
            "the tables are incomplete, without table authfcgi_audit", "restore a complete dump"
        ),
        (
            "INSERT INTO authfcgi_migrations (number, name) VALUES (9000, 'later')", "rights", "warning",
            "are newer than this program", ""
        ),
        (
            "GRANT CREATE ON SCHEMA public TO PUBLIC", "look-up", "error",
            "others (PUBLIC) may create objects in the schema \"public\"", ""
        ),
        (
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO pg_monitor", "default-rights", "warning",
            "others get rights on what the owner of the tables creates",
            "ALTER DEFAULT PRIVILEGES FOR ROLE postgres REVOKE ALL ON TABLES FROM pg_monitor"
        ),
        (
            "ALTER DATABASE % SET default_transaction_read_only = on", "role-settings", "error",
            "default_transaction_read_only is on", "SET default_transaction_read_only = off"
        ),
        (
            "ALTER DATABASE % SET session_replication_role = replica", "role-settings", "error",
            "session_replication_role is replica", "RESET session_replication_role"
        ),
        (
            "ALTER DATABASE % SET statement_timeout = '30s'", "role-settings", "note",
            "statement_timeout is 30000 ms", ""
        ),
        (
            "ALTER DATABASE % SET synchronous_commit = off", "replication", "warning", "synchronous_commit is off",
            "set it to on"
        ),
    ]

    @Test(arguments: changes)
    func `a change in the database is named`(
        _ sql: String, _ check: String, _ result: String, _ finding: String, _ remedy: String
    ) throws {
        try psql(sql.replacing("%", with: database))
        expect(check, result, finding, remedy, in: try doctor())
    }
}
