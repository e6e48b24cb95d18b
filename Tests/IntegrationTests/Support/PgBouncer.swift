import Glibc
import TestSupport

/// A PgBouncer of the tests' own before a PostgreSQL server.
final class PgBouncer: Sendable {
    /// Stays for as long as the server.
    private let testFolder: TestFolder
    private let folder: String
    private let process: ServerProcess

    /// Whether it keeps clients' prepared statements apart in transaction mode, as it does since 1.21.
    static let knowsPreparedStatements = Result {
        // PgBouncer 1.18.0
        let said = try ServerProcess.output(ServerPrograms.pgBouncer, ["--version"])
        let words = said.split(whereSeparator: \.isWhitespace)
        let numbers = words.dropFirst().first?.split(separator: ".").compactMap { Int($0) } ?? []
        guard numbers.count > 1 else { throw SupportError.unexpected("no version: \(said)") }
        return (numbers[0], numbers[1]) >= (1, 21)
    }

    /// - Parameters:
    ///   - poolMode: `transaction` or `session`.
    ///   - poolSize: the most connections to PostgreSQL.
    init(in folder: TestFolder, before server: PostgreSQLServer, poolMode: String, poolSize: Int = 10) throws {
        let socketFolder = try folder.makeFolder("bouncer", mode: 0o777)
        self.folder = socketFolder
        testFolder = folder
        let users = try folder.write("users.txt", "\"postgres\" \"\"\n")
        let statements = try Self.knowsPreparedStatements.get() ? "max_prepared_statements = 200" : ""
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
            \(statements)
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
