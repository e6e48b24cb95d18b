import Glibc
import TestSupport

/// A PgBouncer of the tests' own before a PostgreSQL server.
final class PgBouncer: Sendable {
    /// Stays for as long as the server.
    private let testFolder: TestFolder
    private let folder: String
    private let process: ServerProcess

    /// - Parameters:
    ///   - poolMode: `transaction` or `session`.
    ///   - poolSize: the most connections to PostgreSQL.
    init(in folder: TestFolder, before server: PostgreSQLServer, poolMode: String, poolSize: Int = 10) throws {
        let socketFolder = try folder.makeFolder("bouncer", mode: 0o777)
        self.folder = socketFolder
        testFolder = folder
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
            pool_mode = \(poolMode)
            default_pool_size = \(poolSize)
            ignore_startup_parameters = extra_float_digits
            """)
        // SIGINT waits for transactions alone. SIGTERM waits for clients to leave since 1.23, and SIGQUIT was nothing before.
        process = try ServerProcess(
            ServerPrograms.pgBouncer, [configuration], user: "postgres", logFile: folder.path("pgbouncer.log"),
            stopSignal: SIGINT)
        try eventually("pgbouncer listens", log: process.log) {
            Endpoint.unix("\(socketFolder)/.s.PGSQL.6432").isListening
        }
    }

    deinit {
        process.kill()
    }

    /// What it has logged.
    var log: String { process.log }

    /// A connection string that leads through it.
    func url(database: String) -> String { "postgresql:///\(database)?host=\(folder)&port=6432&user=postgres" }

    @discardableResult
    func stop() throws -> ExitStatus { try process.stop(within: .seconds(5)) }
}
