import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Behind PgBouncer there are no notifications of revocations, so every check queries PostgreSQL.
@Suite struct PoolerTests {
    private let server: PostgreSQLServer
    private let database: String
    private let folder: TestFolder

    init() throws {
        (server, database) = try SharedServers.newDatabase()
        folder = try TestFolder()
    }

    /// In transaction mode each transaction may get another server connection.
    @Test(arguments: [true, false])
    func `all operations work behind a transaction pooler, with either setting of prepared statements`(
        usesPreparedStatements: Bool
    ) async throws {
        // Fewer connections than lanes of two stores: each lane gets connections that others have used.
        let bouncer = try PgBouncer(in: folder, before: server, poolMode: "transaction", poolSize: 2)
        let url = bouncer.url(database: database)
        let (one, two) = (
            try await TestStore.start(url) { $0.usesPreparedStatements = usesPreparedStatements },
            try await TestStore.start(url) { $0.usesPreparedStatements = usesPreparedStatements }
        )
        try server.psql(
            "INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('7', 'ann', 'x')", database: database)
        let (bystander, _) = try await one.signIn("7")
        for _ in 0..<20 {
            let (token, _) = try await one.signIn()
            for pod in [two, one, two] { #expect(try await pod.store.session(for: token) != nil) }
            #expect(try await two.store.user(named: "ann") != nil)
            #expect(try await two.store.revokeAll(ofUser: "id-ann") == 1)
            #expect(try await one.store.session(for: token) == nil)
        }
        #expect(try await two.store.session(for: bystander) != nil)
        for pod in [one, two] { #expect(!pod.log.text.contains("connection lost"), "\(pod.log.text)") }
        #expect(try bouncer.stop() == .code(0))
    }

    @Test(arguments: ["transaction", "session"])
    func `behind a pooler nothing is cached, which is logged once, and revocations take effect at once`(
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
        #expect(await pod.store.counts[.fromMemory] == 0)
        // Also after connections were lost. The warning is logged only once.
        let (token, _) = try await pod.signIn()
        try server.terminateBackends(of: database)
        for _ in 0..<50 {
            #expect(try await pod.sessionOnceItAnswers(token) != nil)
            try await Task.sleep(for: .milliseconds(10))
        }
        try await direct.store.revoke(token)
        #expect(try await pod.sessionOnceItAnswers(token) == nil)
        #expect(await pod.store.counts[.fromMemory] == 0)
        let said = pod.log.text.split(separator: "\n").filter { $0.contains("session cache off") }
        #expect(said.count == 1 && said[0].contains("pooler"), "\(pod.log.text)")
    }

    /// Settings and prepared statements of the lanes on their own connections would, behind a pooler, be on connections
    /// of other clients.
    @Test func `no setting or prepared statement of the lanes stays on a pooler's connections`() async throws {
        // A single server connection: the next client gets the one that the lanes have used.
        let bouncer = try PgBouncer(in: folder, before: server, poolMode: "transaction", poolSize: 1)
        let pod = try await TestStore.start(
            bouncer.url(database: database),
            configured: { configuration in
                configuration.usersQuery = UsersQuery(
                    sql: "SELECT id, password_hash FROM authfcgi_users WHERE username = $1")
            })
        let (token, _) = try await pod.signIn()
        #expect(try await pod.store.session(for: token) != nil)
        #expect(try await pod.store.user(named: "nobody") == nil)
        // The read lane, the write lane and the users lane.
        #expect(bouncer.log.split(separator: "login attempt").count > 3, "\(bouncer.log)")
        let settings = """
            SELECT name, setting FROM pg_settings WHERE name LIKE 'default_transaction%' OR name LIKE '%timeout%'
            OR name IN ('plan_cache_mode', 'search_path', 'role', 'TimeZone') ORDER BY 1;
            SELECT count(*) FROM pg_listening_channels();
            SELECT count(*) FROM pg_prepared_statements
            """
        let direct = try server.psql(settings, database: database)
        let pooled = try ServerProcess.output(
            ServerPrograms.postgreSQL("psql"), ["-XqAt", "-d", bouncer.url(database: database)], input: settings)
        #expect(pooled == direct + "\n")
    }

    @Test func `an undetectable pooler is treated as one if the configuration says so`() async throws {
        let pod = try await TestStore.startKeeping(server.url(database: database)) {
            $0.postgreSQL.usesPreparedStatements = false
        }
        let (token, _) = try await pod.signIn()
        for _ in 0..<5 { #expect(try await pod.store.session(for: token) != nil) }
        #expect(await pod.store.counts[.fromMemory] == 0)
        #expect(pod.log.text.contains("session cache off"))
        let state = try server.psql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND query ~* '^(SET|LISTEN|PREPARE)'")
        #expect(state == "0")
    }

    @Test func `without a pooler sessions are cached, and nothing is logged`() async throws {
        let pod = try await TestStore.startKeeping(server.url(database: database))
        let (token, _) = try await pod.signIn()
        try await pod.warm(token)
        #expect(!pod.log.text.contains("kept in memory"))
    }
}
