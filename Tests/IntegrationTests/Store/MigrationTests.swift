import Foundation
import Logging
import TestSupport
import Testing

@testable import Sessions

@Suite struct MigrationTests {
    private let log = RecordedLog()

    private func migrate(
        _ server: PostgreSQLServer, _ database: String, schema: String? = nil, user: String = "postgres"
    ) throws -> Migrations.Outcome {
        let connection = try PostgreSQLConnection(server.url(user: user, database: database), log: log.logger)
        return try Migrations(schema: schema, lifetime: .seconds(3600)).run(on: connection, log: log.logger)
    }

    @Test func `an empty database gets all steps, and a second run does nothing`() throws {
        let (server, database) = try SharedServers.emptyDatabase()
        #expect(try migrate(server, database) == .applied(Migrations.numbers))
        #expect(try migrate(server, database) == .upToDate(Migrations.latest))
        #expect(
            try server.psql("SELECT count(*) FROM authfcgi_migrations", database: database)
                == "\(Migrations.numbers.count)")
        #expect(log.text.contains("migration 1 (tables) applied to schema public"))
    }

    @Test func `many pods can migrate at once`() async throws {
        let (server, database) = try SharedServers.emptyDatabase()
        let url = server.url(database: database)
        let logger = log.logger
        let outcomes = try await withThrowingTaskGroup(of: Migrations.Outcome.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    let connection = try PostgreSQLConnection(url, log: logger)
                    return try Migrations(schema: nil, lifetime: .seconds(3600)).run(on: connection, log: logger)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 12)
        #expect(outcomes.filter { $0 == .applied(Migrations.numbers) }.count == 1)
    }

    @Test func `a foreign table session_tokens is refused with advice and left alone`() throws {
        let (server, database) = try SharedServers.emptyDatabase()
        _ = try server.psql("CREATE TABLE session_tokens (token text, user_id integer)", database: database)
        #expect {
            try migrate(server, database)
        } throws: { error in
            guard case .unusable(let text, part: .schema) = error as? PostgreSQLError else { return false }
            return text.contains("session_tokens") && text.contains("another schema")
        }
        let columns = try server.psql(
            "SELECT string_agg(column_name, ',' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'session_tokens'",
            database: database)
        #expect(columns == "token,user_id")
        #expect(
            try server.psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database: database) == "1")
        // Another schema avoids the conflict, as the message suggests.
        _ = try server.psql("CREATE SCHEMA \"Auth Gate\"", database: database)
        #expect(try migrate(server, database, schema: "Auth Gate") == .applied(Migrations.numbers))
    }

    @Test func `a schema that does not exist is refused with advice`() throws {
        let (server, database) = try SharedServers.emptyDatabase()
        #expect {
            try migrate(server, database, schema: "nowhere")
        } throws: { error in
            guard case .unusable(let text, part: .schema) = error as? PostgreSQLError else { return false }
            return text.contains("\"nowhere\"")
        }
    }

    @Test func `a store works in its own schema`() async throws {
        let (server, database) = try SharedServers.emptyDatabase()
        _ = try server.psql("CREATE SCHEMA auth", database: database)
        let pod = try await TestStore.start(server.url(database: database)) { $0.schema = "auth" }
        let (token, _) = try await pod.signIn()
        #expect(try await pod.store.session(for: token) != nil)
        try await pod.store.revoke(token)
        #expect(try await pod.store.session(for: token) == nil)
    }

    @Test func `an owner without CREATEROLE gets a warning, and the migration continues`() throws {
        let (server, database) = try SharedServers.emptyDatabase()
        _ = try server.psql(
            """
            CREATE ROLE \(database)_owner LOGIN; GRANT ALL ON DATABASE \(database) TO \(database)_owner;
            GRANT ALL ON SCHEMA public TO \(database)_owner
            """, database: database)
        #expect(try migrate(server, database, user: "\(database)_owner") == .applied(Migrations.numbers))
    }

    @Test func `the configured lifetime is the default of sessions created by SQL`() throws {
        let (server, database) = try SharedServers.emptyDatabase()
        _ = try migrate(server, database)
        _ = try server.psql("SELECT create_access_token('1')", database: database)
        let lifetime = try server.psql(
            "SELECT extract(epoch FROM expires_at - created_at)::integer FROM session_tokens", database: database)
        #expect(lifetime == "3600")
    }

    /// Writes the rows of the table of steps.
    private func record(_ steps: [(Int, String)], _ server: PostgreSQLServer, _ database: String) throws {
        let rows = steps.map { "(\($0.0), '\($0.1)')" }.joined(separator: ", ")
        try server.psql(
            """
            CREATE TABLE authfcgi_migrations (
                number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
            INSERT INTO authfcgi_migrations (number, name) VALUES \(rows)
            """, database: database)
    }

    @Test func `a database that lacks the last step gets it and keeps its sessions`() throws {
        let (server, database) = try SharedServers.emptyDatabase()
        let folder = Repository.path("Sources/Sessions/PostgreSQL/Migrations")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(files.count == Migrations.latest)
        for file in files.dropLast() {
            let sql = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            try server.psql(
                "BEGIN; SET LOCAL search_path = pg_catalog, pg_temp; \(sql.replacing("@schema@", with: "public")); COMMIT",
                database: database)
        }
        let steps = files.dropLast().map { (Int($0.prefix(4)) ?? 0, String($0.dropFirst(5).dropLast(4))) }
        try record(steps, server, database)
        let token = try server.psql("SELECT create_access_token('ann', groups => '{staff}')", database: database)
        let before = try server.psql("TABLE session_tokens", database: database)

        #expect(try migrate(server, database) == .applied([Migrations.latest]))
        #expect(!log.text.contains("warning"))
        #expect(try server.psql("TABLE session_tokens", database: database) == before)
        #expect(try server.psql("SELECT get_user_from_token('\(token)')", database: database) == "ann")
        #expect(try migrate(server, database) == .upToDate(Migrations.latest))
    }

    /// The names of the steps before the first release.
    @Test(arguments: [4, 17])
    func `applied steps with other names are refused with advice`(count: Int) throws {
        let (server, database) = try SharedServers.emptyDatabase()
        let names = ["tables", "revocation_triggers", "functions", "grants", "sessions_end", "login_throttle"]
        let steps = (1...count).map { ($0, $0 <= names.count ? names[$0 - 1] : "step_\($0)") }
        try record(steps, server, database)
        try server.psql("CREATE TABLE session_tokens (token_hash bytea)", database: database)
        #expect {
            try migrate(server, database)
        } throws: { error in
            guard case .unusable(let text, part: .schema) = error as? PostgreSQLError else { return false }
            return text.contains("the schema \"public\"") && text.contains("create another schema")
                && text.contains("migration 3 is called functions there, and session_functions here")
        }
        #expect(try server.psql("SELECT count(*) FROM authfcgi_migrations", database: database) == "\(count)")
        #expect(
            try server.psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database: database) == "2")
        // Another schema avoids the conflict, as the message suggests.
        try server.psql("CREATE SCHEMA gate", database: database)
        #expect(try migrate(server, database, schema: "gate") == .applied(Migrations.numbers))
    }

    @Test func `a database migrated by a newer program is used`() throws {
        let (server, database) = try SharedServers.emptyDatabase()
        _ = try migrate(server, database)
        try server.psql(
            "INSERT INTO authfcgi_migrations (number, name) VALUES (\(Migrations.latest + 1), 'of tomorrow')",
            database: database)
        #expect(try migrate(server, database) == .upToDate(Migrations.latest))
        // An error if a step that this program knows has another name.
        try server.psql("UPDATE authfcgi_migrations SET name = 'x' WHERE number = 1", database: database)
        #expect(throws: PostgreSQLError.self) { try migrate(server, database) }
    }
}
