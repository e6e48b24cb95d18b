import TestSupport
import Testing

/// A gate whose role does not own the tables, as beside a Job that migrates.
@Suite struct GrantTests: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let folder: TestFolder
    private var role: String { "\(database) gate" }
    private var environment: [String: String] {
        [
            "DATABASE_URL": server.url(user: role.replacing(" ", with: "%20"), database: database),
            "MIGRATE_ON_START": "off",
        ]
    }

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
        // As PostgreSQL 15 has it from the start.
        try psql("CREATE ROLE \"\(role)\" LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    }

    @Test func `it says what is missing, goes on once it is granted, and can do all that a gate does`() throws {
        #expect(try run(["migrate"]).status.isSuccess)
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: environment.merging(["SESSIONS_PER_USER": "2", "SESSION_CLEANUP_INTERVAL": "1s"]) { $1 },
            waits: false)
        let advice =
            "permission denied for table session_keys (SQLSTATE 42501; for tables that another role owns, that role runs: authfcgi migrate --grant-to ROLE)"
        try gate.waitForLog(containing: advice)
        let listen = ["LISTEN": "unix:\(gate.socketPath)"]
        #expect(try run(["healthcheck"], environment: listen).status == .code(1))

        let granted = try run(["migrate", "--grant-to", role])
        #expect(
            granted.status.isSuccess && granted.output.hasSuffix("The role \(role) may use the tables.\n"),
            "\(granted)")
        try gate.waitUntilReady()

        try gate.addUser("ann", password: "battery staple")
        let first = try #require(try object(gate.logIn("ann", "battery staple"))["token"]?.text)
        #expect(try gate.check(first) == 200)
        #expect(try gate.logIn("ann", "no").status == 401)
        #expect(try gate.ask("GET", "/auth/sessions", parameters: [GateProcess.bearer(first)]).status == 200)
        let change = #"{"current_password":"battery staple","new_password":"correct horse"}"#
        let changed = try gate.ask(
            "POST", "/auth/password", parameters: [GateProcess.bearer(first), ("CONTENT_TYPE", "application/json")],
            body: Array(change.utf8))
        #expect(changed.status == 204, "\(changed)")
        // The oldest session ends.
        for _ in 0..<2 { #expect(try gate.logIn("ann", "correct horse").status == 200) }
        #expect(try gate.check(first) == 401)
        let last = try #require(try object(gate.logIn("ann", "correct horse"))["token"]?.text)
        #expect(try gate.logOut(last).status == 204)

        for command in [
            ["session", "list", "--user", "ann"], ["session", "count"], ["session", "create", "--user", "backup"],
            ["session", "refresh", "--user", "ann", "--groups", "staff"], ["session", "revoke", "--user", "ann"],
            ["session", "revoke", "--all", "--yes"], ["cleanup"], ["user", "list"], ["user", "disable", "ann"],
            ["user", "delete", "ann"], ["config", "check"],
        ] {
            let result = try run(command, environment: environment)
            #expect(result.status.isSuccess, "\(command): \(result)")
        }
        _ = try gate.stop()
        let afterwards = try #require(gate.log.split(separator: "the read lane has PostgreSQL again").dropFirst().last)
        #expect(!afterwards.contains("42501"), "\(gate.log)")
    }

    @Test func `the functions that are granted are all that there are but those that are nobody's to call`() throws {
        #expect(try run(["migrate", "--grant-to", role]).status.isSuccess)
        let refused = try psql(
            """
            SELECT string_agg(proname, ' ' ORDER BY proname) FROM pg_proc
             WHERE pronamespace = 'public'::regnamespace AND NOT has_function_privilege('\(role)', oid, 'EXECUTE')
            """)
        #expect(
            refused == """
                authfcgi_unwatch_users authfcgi_users_end_sessions authfcgi_watch_users \
                authfcgi_watched_users_end_sessions end_user_sessions rotate_session_key session_tokens_announce
                """)
        let tables = try psql(
            """
            SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace
               AND relkind = 'r' AND NOT has_table_privilege('\(role)', oid, 'SELECT')
            """)
        #expect(tables.isEmpty)
    }

    @Test func `a role that does not exist, and one that may not grant, are said`() throws {
        let unknown = try run(["migrate", "--grant-to", "nobody at all"])
        #expect(unknown.status == .code(69), "\(unknown)")
        #expect(unknown.errors.contains("role \"nobody at all\" does not exist"), "\(unknown)")
        let foreign = try run(["migrate", "--grant-to", role], environment: environment)
        #expect(foreign.status == .code(69) && foreign.errors.contains("42501"), "\(foreign)")
    }
}
