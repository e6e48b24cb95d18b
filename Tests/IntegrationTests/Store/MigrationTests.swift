import FoundationEssentials
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

    @Test func `an empty database gets everything, a second run does nothing`() throws {
        let (server, database) = try SharedServers.newDatabase()
        #expect(try migrate(server, database) == .applied(Migrations.numbers))
        #expect(try migrate(server, database) == .upToDate(Migrations.latest))
        #expect(
            try server.psql("SELECT count(*) FROM authfcgi_migrations", database: database)
                == "\(Migrations.numbers.count)")
        #expect(log.text.contains("migration 1 (tables) applied to schema public"))
    }

    @Test func `many pods may start at once`() async throws {
        let (server, database) = try SharedServers.newDatabase()
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

    @Test func `a foreign session_tokens stops everything with a word on what to do, and stays as it is`() throws {
        let (server, database) = try SharedServers.newDatabase()
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
        // Another schema helps, as the message says.
        _ = try server.psql("CREATE SCHEMA \"Auth Gate\"", database: database)
        #expect(try migrate(server, database, schema: "Auth Gate") == .applied(Migrations.numbers))
    }

    @Test func `a schema that does not exist is said so`() throws {
        let (server, database) = try SharedServers.newDatabase()
        #expect {
            try migrate(server, database, schema: "nowhere")
        } throws: { error in
            guard case .unusable(let text, part: .schema) = error as? PostgreSQLError else { return false }
            return text.contains("\"nowhere\"")
        }
    }

    @Test func `a schema of its own carries a whole store`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        _ = try server.psql("CREATE SCHEMA auth", database: database)
        let pod = try await TestStore.start(server.url(database: database)) { $0.schema = "auth" }
        let (token, _) = try await pod.signIn()
        #expect(try await pod.store.session(for: token) != nil)
        try await pod.store.revoke(token)
        #expect(try await pod.store.session(for: token) == nil)
    }

    @Test func `an owner who may not make roles is told what is missing and goes on`() throws {
        let (server, database) = try SharedServers.newDatabase()
        _ = try server.psql(
            """
            CREATE ROLE \(database)_owner LOGIN; GRANT ALL ON DATABASE \(database) TO \(database)_owner;
            GRANT ALL ON SCHEMA public TO \(database)_owner
            """, database: database)
        #expect(try migrate(server, database, user: "\(database)_owner") == .applied(Migrations.numbers))
    }

    @Test func `the session lifetime of the settings is the one that SQL gives`() throws {
        let (server, database) = try SharedServers.newDatabase()
        _ = try migrate(server, database)
        _ = try server.psql("SELECT create_access_token('1')", database: database)
        let lifetime = try server.psql(
            "SELECT extract(epoch FROM expires_at - created_at)::integer FROM session_tokens", database: database)
        #expect(lifetime == "3600")
    }

    @Test func `a database of the release before keeps its sessions`() throws {
        let (server, database) = try SharedServers.newDatabase()
        for step in ["0001_tables", "0002_revocation_triggers", "0003_functions", "0004_grants"] {
            let file = Repository.path("Sources/Sessions/PostgreSQL/Migrations/\(step).sql")
            let sql = try String(contentsOfFile: file, encoding: .utf8)
            _ = try server.psql("BEGIN; SET LOCAL search_path = public, pg_temp; \(sql); COMMIT", database: database)
        }
        _ = try server.psql(
            """
            CREATE TABLE authfcgi_migrations (
                number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
            INSERT INTO authfcgi_migrations (number, name) SELECT i, i::text FROM generate_series(1, 4) i;
            INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('bob', 'bob', 'x')
            """, database: database)
        let tokens = try ["ann", "bob", "eve"].map {
            try server.psql("SELECT create_access_token('\($0)', groups => '{staff}')", database: database)
        }
        _ = try server.psql("SELECT revoke_access_token('\(tokens[2])')", database: database)
        let rows =
            "SELECT token_hash, user_id, groups, last_seen_at, expires_at, revoked_at FROM session_tokens ORDER BY 1"
        let before = try server.psql(rows, database: database)

        #expect(try migrate(server, database) == .applied(Migrations.numbers.filter { $0 >= 5 }))
        #expect(!log.text.contains("warning"))
        #expect(try server.psql(rows, database: database) == before)
        let users = try tokens.map {
            try server.psql("SELECT get_user_from_token('\($0)')", database: database)
        }
        #expect(users == ["ann", "bob", ""])
        // No idle timeout, and a use changes nothing about that.
        _ = try server.psql(
            """
            UPDATE session_tokens SET last_seen_at = last_seen_at - interval '1 hour';
            SELECT touch_sessions(array_agg(token_hash), array_agg(now()), '1 minute') FROM session_tokens
            """, database: database)
        #expect(
            try server.psql(
                """
                SELECT user_id, expires_at = absolute_expires_at, last_seen_at > now() - interval '1 minute',
                       idle_timeout FROM session_tokens WHERE revoked_at IS NULL ORDER BY user_id
                """, database: database) == "ann|t|t|\nbob|t|t|")
        // What ended sessions before still does.
        _ = try server.psql("UPDATE authfcgi_users SET password_hash = 'y'", database: database)
        #expect(
            try server.psql("SELECT user_id FROM session_tokens WHERE expires_at > now()", database: database) == "ann")
    }
}
