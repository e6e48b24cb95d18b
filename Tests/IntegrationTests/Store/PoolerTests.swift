import TestSupport
import Testing

@testable import Sessions

/// Behind PgBouncer in transaction mode, where each transaction may get another server connection.
@Suite struct PoolerTests {
    @Test func `without prepared statements everything works behind a transaction pooler`() async throws {
        let (server, database) = try SharedServers.newDatabase()
        let folder = try TestFolder()
        let socketFolder = try folder.makeFolder("bouncer", mode: 0o777)
        let users = try folder.write("users.txt", "\"postgres\" \"\"\n")
        let configuration = try folder.write(
            "pgbouncer.ini",
            """
            [databases]
            * = host=\(server.socketFolder) port=\(server.port)
            [pgbouncer]
            unix_socket_dir = \(socketFolder)
            listen_addr =
            listen_port = 6432
            auth_type = trust
            auth_file = \(users)
            pool_mode = transaction
            default_pool_size = 2
            """)
        let bouncer = try ServerProcess(
            "/usr/sbin/pgbouncer", [configuration], user: "postgres", logFile: folder.path("pgbouncer.log"))
        defer { bouncer.kill() }
        try eventually("pgbouncer listens", log: bouncer.log) {
            Endpoint.unix("\(socketFolder)/.s.PGSQL.6432").isListening
        }
        let url = "postgresql:///\(database)?host=\(socketFolder)&port=6432&user=postgres"
        let pod = try await TestStore.start(url) { $0.usesPreparedStatements = false }
        let (token, _) = try await pod.signIn()
        for _ in 0..<200 { #expect(try await pod.store.session(for: token) != nil) }
        try await pod.store.revoke(token)
        #expect(try await pod.store.session(for: token) == nil)
        #expect(try bouncer.stop(within: .seconds(5)) != .signal(9))
    }
}
