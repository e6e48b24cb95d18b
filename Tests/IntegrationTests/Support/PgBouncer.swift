import Glibc
import TestSupport

/// A PgBouncer of a test in front of a PostgreSQL server.
final class PgBouncer: Sendable {
    /// Keeps the folder for the lifetime of the server.
    private let testFolder: TestFolder
    private let folder: String
    private let process: ServerProcess

    /// Starts PgBouncer.
    ///
    /// - Parameters:
    ///   - poolMode: `transaction` or `session`.
    ///   - poolSize: The maximum number of connections to PostgreSQL.
    ///   - connectQuery: What PgBouncer sends first on each connection to PostgreSQL.
    init(
        in folder: TestFolder, before server: PostgreSQLServer, poolMode: String, poolSize: Int = 10,
        connectQuery: String? = nil
    ) throws {
        let socketFolder = try folder.makeFolder("bouncer", mode: 0o777)
        self.folder = socketFolder
        testFolder = folder
        let users = try folder.write("users.txt", "\"postgres\" \"\"\n")
        let first = connectQuery.map { " connect_query='\($0)'" } ?? ""
        let configuration = try folder.write(
            "pgbouncer.ini",
            """
            [databases]
            * = host=\(server.socketFolder) port=\(server.port)\(first)
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
        // SIGINT waits for transactions only. SIGTERM waits for clients to disconnect since 1.23, and SIGQUIT had no
        // function before.
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

    /// The log so far.
    var log: String { process.log }

    /// Returns a connection string for a database through this PgBouncer.
    func url(database: String) -> String { "postgresql:///\(database)?host=\(folder)&port=6432&user=postgres" }

    @discardableResult
    func stop() throws -> ExitStatus { try process.stop(within: .seconds(5)) }
}
