import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Behind PgBouncer, which is no place to hear of revocations from: every check asks PostgreSQL.
@Suite struct PoolerTests {
    private let server: PostgreSQLServer
    private let database: String
    private let folder: TestFolder

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
    }

    /// In transaction mode each transaction may get another server connection.
    @Test func `without prepared statements everything works behind a transaction pooler, with them if it is new`()
        async throws
    {
        for usesPreparedStatements in try PgBouncer.knowsPreparedStatements.get() ? [false, true] : [false] {
            let bouncer = try PgBouncer(
                in: TestFolder(), before: server, poolMode: "transaction", poolSize: usesPreparedStatements ? 2 : 10)
            let pod = try await TestStore.start(bouncer.url(database: database)) {
                $0.usesPreparedStatements = usesPreparedStatements
            }
            for _ in 0..<20 {
                let (token, _) = try await pod.signIn()
                for _ in 0..<10 { #expect(try await pod.store.session(for: token) != nil) }
                try await pod.store.revoke(token)
                #expect(try await pod.store.session(for: token) == nil)
            }
            #expect(!pod.log.text.contains("lost PostgreSQL"), "\(pod.log.text)")
            #expect(try bouncer.stop() == .code(0))
        }
    }

    @Test(arguments: ["transaction", "session"])
    func `behind a pooler nothing is kept, which is said once, and a revocation counts at once`(
        poolMode: String
    ) async throws {
        let bouncer = try PgBouncer(in: folder, before: server, poolMode: poolMode)
        let pod = try await TestStore.startKeeping(bouncer.url(database: database)) {
            $0.postgreSQL.usesPreparedStatements = poolMode == "session"
        }
        let direct = try await TestStore.startKeeping(server.url(database: database))
        let end = BootInstant.now + .milliseconds(600)
        while .now < end {
            let (token, _) = try await pod.signIn()
            for _ in 0..<10 { #expect(try await pod.store.session(for: token) != nil) }
            try await direct.store.revoke(token)
            #expect(try await pod.store.session(for: token) == nil)
        }
        #expect(await pod.store.counts.kept == 0)
        // Also not after connections were lost, and still it is said but once.
        let (token, _) = try await pod.signIn()
        try server.terminateBackends(of: database)
        for _ in 0..<50 {
            #expect(try await pod.sessionOnceItAnswers(token) != nil)
            try await Task.sleep(for: .milliseconds(10))
        }
        try await direct.store.revoke(token)
        #expect(try await pod.sessionOnceItAnswers(token) == nil)
        #expect(await pod.store.counts.kept == 0)
        let said = pod.log.text.split(separator: "\n").filter { $0.contains("sessions are not kept in memory") }
        #expect(said.count == 1 && said[0].contains("pooler"), "\(pod.log.text)")
    }

    /// What the lanes set on a connection of their own would be on others' connections behind a pooler.
    @Test func `nothing that the lanes set stays on the connections of a transaction pooler`() async throws {
        // One for everybody: whoever comes next gets the one that the lanes have used.
        let bouncer = try PgBouncer(in: folder, before: server, poolMode: "transaction", poolSize: 1)
        let pod = try await TestStore.start(
            bouncer.url(database: database),
            configured: { configuration in
                configuration.usersQuery = UsersQuery(
                    sql: "SELECT id, password_hash FROM authfcgi_users WHERE username = $1",
                    rehash: "UPDATE authfcgi_users SET password_hash = $1 WHERE id = $2 AND password_hash = $3")
            })
        // Each lane connects for this. PgBouncer before 1.21 confuses the statements that they prepare.
        if let (token, _) = try? await pod.signIn() { _ = try? await pod.store.session(for: token) }
        _ = try? await pod.store.user(named: "nobody")
        // The read, the write and the users lane.
        #expect(bouncer.log.split(separator: "login attempt").count > 3, "\(bouncer.log)")
        let settings = """
            SELECT name, setting FROM pg_settings WHERE name LIKE 'default_transaction%' OR name LIKE '%timeout%'
            OR name IN ('plan_cache_mode', 'search_path', 'role', 'TimeZone') ORDER BY 1;
            SELECT current_setting('authfcgi.rehashing', true);
            SELECT count(*) FROM pg_listening_channels()
            """
        let direct = try server.psql(settings, database: database)
        let pooled = try ServerProcess.output(
            ServerPrograms.postgreSQL("psql"), ["-XqAt", "-d", bouncer.url(database: database)], input: settings)
        #expect(pooled == direct + "\n")
    }

    @Test func `behind nothing at all sessions are kept, and nothing is said`() async throws {
        let pod = try await TestStore.startKeeping(server.url(database: database))
        let (token, _) = try await pod.signIn()
        try await pod.warm(token)
        #expect(!pod.log.text.contains("kept in memory"))
    }
}
