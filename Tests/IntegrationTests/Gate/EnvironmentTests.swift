import TestSupport
import Testing

/// The surroundings of the program and its database have no effect: language, time zone, PostgreSQL's environment
/// variables, defaults of the database, its locale, and its authentication.
@Suite struct EnvironmentTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String
    private static let name = "İpek Ğül-O'Neil 漢字 🙂"

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.emptyDatabase()
    }

    /// Runs common commands, and a gate with common requests.
    private func expectADay(_ url: String, on database: String, _ environment: [String: String] = [:]) throws {
        let all = environment.merging(["DATABASE_URL": url]) { $1 }
        func run(_ arguments: [String], input: String? = nil) throws -> String {
            let result = try ServerProcess.run(GateProcess.executable, arguments, environment: all, input: input)
            try #require(result.status.isSuccess, "\(arguments): \(result)")
            return result.output
        }
        #expect(try run(["migrate"]).hasPrefix("Applied migrations 1, "))
        _ = try run(
            ["user", "add", "INCI", "--name", Self.name, "--groups", "staff,Ilı"], input: "correct horse battery")
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: all)
        #expect(try gate.logIn("INCI", "wrong horse").status == 401)
        // The same person, whatever the locale of the database makes of an I.
        #expect(try gate.logIn("inci", "correct horse battery").status == 200)
        let login = try object(gate.logIn("INCI", "correct horse battery"))
        let token = try #require(login["token"]?.text)
        #expect(login["expires_in"] == .number(86400))
        for _ in 0..<3 {
            let answer = try gate.ask("GET", "/auth/verify", parameters: [GateProcess.bearer(token)])
            #expect(answer.status == 200 && answer.headers["Remote-User"] == "INCI", "\(answer)")
        }
        let me = try object(gate.ask("GET", "/auth/me", parameters: [GateProcess.bearer(token)]))
        #expect(me["name"]?.text == Self.name)
        #expect(me["groups"] == .list(["staff", "Ilı"]))

        #expect(try run(["session", "create", "--user", "INCI", "--lifetime", "2h"]).count == 59)
        let listed = try server.psql(
            """
            SELECT bool_and(expires_at - created_at BETWEEN '1 h 59 min' AND '24 h 1 min'), count(*)
            FROM public.session_tokens WHERE expires_at > now()
            """, database: database)
        #expect(listed == "t|3")
        // Times are in UTC, regardless of the time zone.
        let now = try server.psql(
            "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')", database: database)
        #expect(try run(["session", "list", "--user", "INCI", "--json"]).contains("\"created_at\":\"\(now)T"))
        #expect(try run(["session", "count"]) == "3 live sessions of 1 user\n")
        #expect(try run(["cleanup"]).hasPrefix("Removed 0 expired sessions"))
        #expect(try gate.logOut(token).status == 204)
        #expect(try gate.check(token) == 401)
        _ = try run(["user", "disable", "inci"])
        #expect(try gate.logIn("INCI", "correct horse battery").status == 401)
        _ = try gate.stop()
        #expect(!gate.log.contains(" failed: ") && !gate.log.contains("connection lost"), "\(gate.log)")
        #expect(gate.log.contains("\(now)T"))
    }

    @Test(arguments: [
        [
            "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "LANGUAGE": "tr", "TZ": "Asia/Kathmandu",
            "PGCLIENTENCODING": "LATIN1", "PGDATESTYLE": "German", "PGTZ": "America/St_Johns", "PGGEQO": "off",
            "PGOPTIONS":
                "-c statement_timeout=200 -c datestyle=SQL,DMY -c default_transaction_isolation=serializable",
        ],
        [
            "LC_ALL": "nonsense", "TZ": ":nonsense", "PGHOST": "nowhere.invalid", "PGDATABASE": "nowhere",
            "PGUSER": "nobody", "PGPASSWORD": "x", "PGAPPNAME": "somebody", "PGTARGETSESSIONATTRS": "standby",
        ],
    ])
    func `the language and PostgreSQL's environment variables have no effect`(environment: [String: String]) throws {
        try expectADay("\(server.url(database: database))&port=5432", on: database, environment)
    }

    @Test(arguments: [
        ["search_path = ''", "client_min_messages = debug1", "transform_null_equals = on", "array_nulls = off"],
        ["search_path = pg_catalog", "default_transaction_isolation = 'repeatable read'", "row_security = off"],
        [
            "search_path = nowhere, \"$user\", public", "default_transaction_isolation = 'serializable'",
            "default_transaction_deferrable = on", "standard_conforming_strings = off", "backslash_quote = off",
            "quote_all_identifiers = on", "enable_seqscan = off", "plan_cache_mode = force_custom_plan",
        ],
        [
            "datestyle = 'German, DMY'", "intervalstyle = 'sql_standard'", "timezone = 'Asia/Kathmandu'",
            "bytea_output = 'escape'", "extra_float_digits = -15", "xmlbinary = hex", "synchronous_commit = off",
        ],
    ])
    func `the database's default settings have no effect`(settings: [String]) throws {
        for setting in settings { try server.psql("ALTER DATABASE \(database) SET \(setting)") }
        let namesNone = ["''", "pg_catalog"].contains { settings[0] == "search_path = \($0)" }
        try expectADay(
            server.url(database: database), on: database, namesNone ? ["DATABASE_SCHEMA": "public"] : [:])
    }

    @Test func `a search path that begins with a schema of PostgreSQL's own is refused with advice`() throws {
        try server.psql("ALTER DATABASE \(database) SET search_path = pg_catalog, public")
        let result = try ServerProcess.run(
            GateProcess.executable, ["migrate"], environment: ["DATABASE_URL": server.url(database: database)])
        #expect(result.status == .code(78))
        #expect(
            result.errors
                == "authfcgi: the search path begins with pg_catalog, which is PostgreSQL's own: choose another schema (DATABASE_SCHEMA)\n"
        )
    }

    @Test(arguments: ["pg_catalog", "pg_toast", "information_schema"])
    func `a schema of PostgreSQL's own is refused with advice`(schema: String) throws {
        let result = try ServerProcess.run(
            GateProcess.executable, ["migrate"],
            environment: ["DATABASE_URL": server.url(database: database), "DATABASE_SCHEMA": schema])
        #expect(result.status == .code(78))
        #expect(
            result.errors
                == "authfcgi: the schema \(schema) is PostgreSQL's own: choose another one (DATABASE_SCHEMA)\n")
    }

    @Test func `the database's locale has no effect`() throws {
        let version = try #require(Int(server.psql("SHOW server_version_num")))
        // PostgreSQL 16 and newer have one ICU collation, "unicode", even if built without ICU.
        let hasICU = try server.psql("SELECT count(*) > 0 FROM pg_collation WHERE collname = 'und-x-icu'") == "t"
        var locales = ["LOCALE 'C'"]
        if version >= 150_000, hasICU {
            locales += ["tr-TR", "de-u-ks-level2"].map { "LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE '\($0)'" }
        }
        if version >= 170_000 {
            locales += ["C", "C.UTF-8"].map { "LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE '\($0)'" }
        }
        for (number, locale) in locales.enumerated() {
            let name = "\(database)_\(number)"
            try server.psql("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8' \(locale)")
            try expectADay(server.url(database: name), on: name)
        }
    }

    @Test func `SCRAM with TLS channel binding works`() throws {
        let port = try Endpoint.freePort()
        let tls = try TLSFiles(in: folder)
        let key = folder.path("server.key")
        // PostgreSQL requires that the key belongs to its own user, or to root and is readable by its group.
        try ServerProcess.output("cp", [tls.key, key])
        try ServerProcess.output("chown", ["postgres", key])
        try ServerProcess.output("chmod", ["600", key])
        let own = try PostgreSQLServer(
            in: folder,
            settings: [
                "ssl": "on", "ssl_cert_file": tls.certificate, "ssl_key_file": key,
                "password_encryption": "scram-sha-256",
            ],
            accessRules: "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n", tcpPort: port)
        try own.psql("CREATE ROLE gate LOGIN PASSWORD 'p:w@d/ %?ü'; CREATE DATABASE day OWNER gate")
        let query = "sslmode=verify-full&sslrootcert=\(tls.authority)&channel_binding=require"
        let url = "postgresql://gate:p%3Aw%40d%2F%20%25%3F%C3%BC@127.0.0.1:\(port)/day?\(query)"
        let suite = EnvironmentTests(folder: folder, server: own, database: "day")
        try suite.expectADay(url, on: "day")
    }

    private init(folder: TestFolder, server: PostgreSQLServer, database: String) {
        (self.folder, self.server, self.database) = (folder, server, database)
    }
}
