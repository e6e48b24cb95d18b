import TestSupport
import Testing

/// The roles of docs/operations.md: one owns the tables and migrates, the other one serves.
@Suite struct DatabaseRolesTests: RunsDoctor {
    let folder: TestFolder
    let server: PostgreSQLServer
    let database = "authfcgi"
    var commandEnvironment: [String: String] {
        [
            "DATABASE_URL": server.url(user: "authfcgi", database: database), "AUTHFCGI_MIGRATE_ON_START": "off",
            "WORKERS": "1",
        ]
    }

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder)
        let page = try MarkdownPage("docs/operations.md", in: Repository.path(""))
        let section = page.section("The roles of the database").prefix { !$0.hasPrefix("### ") }
        let statements = section.filter { $0.hasPrefix("    ") }
        try #require(statements.count >= 6)
        for statement in statements { try server.psql(statement) }
        // The default of PostgreSQL 15 and newer.
        try server.psql(
            """
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            GRANT CREATE ON SCHEMA public TO authfcgi_owner
            """, database: database)
    }

    @Test func `the role that serves can do what a gate does, and no more`() throws {
        let owner = ["DATABASE_URL": server.url(user: "authfcgi_owner", database: database)]
        let migrated = try run(["migrate", "--grant-to", "authfcgi"], environment: owner)
        #expect(migrated.status.isSuccess, "\(migrated)")
        #expect(!migrated.errors.contains("ERROR"), "\(migrated)")

        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: commandEnvironment)
        try gate.addUser("ann", password: "correct horse battery")
        let answer = try gate.logIn("ann", "correct horse battery")
        let token = try #require(try object(answer)["token"]?.text, "\(answer)")
        #expect(try gate.check(token) == 200)
        #expect(try gate.logOut(token).status == 204)
        #expect(try gate.check(token) == 401)
        for line in gate.log.split(separator: "\n") { #expect(!line.contains("Z ERROR: "), "\(line)") }
        // Nothing that the doctor looks at in the tables is wrong.
        let output = try doctor()
        #expect(output.errors == 0, "\(output)")
        #expect(output.lines("rights").allSatisfy { $0.result != "warning" }, "\(output.lines("rights"))")

        for statement in [
            "INSERT INTO session_tokens (token_hash, user_id, expires_at, absolute_expires_at) VALUES ('', '1', now(), now())",
            "UPDATE session_tokens SET expires_at = 'infinity'", "ALTER TABLE session_tokens ADD COLUMN x text",
            "INSERT INTO session_keys (key) VALUES ('\\x00')", "SELECT key FROM login_throttle_secret",
            "CREATE FUNCTION get_user(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
            "DROP FUNCTION get_user_from_token(text)", "SELECT rotate_session_key()",
        ] {
            let error = #expect(throws: SupportError.self, "\(statement)") {
                try server.psql(statement, database: database, user: "authfcgi")
            }
            let reason = error.map { "\($0)" } ?? ""
            #expect(reason.contains("permission denied") || reason.contains("must be owner"), "\(statement): \(reason)")
        }
        #expect(throws: SupportError.self) {
            try server.psql("SELECT 1", database: database, user: "authfcgi_mint")
        }
    }
}
