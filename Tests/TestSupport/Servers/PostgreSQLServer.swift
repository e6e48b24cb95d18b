import FoundationEssentials
import Synchronization

/// A PostgreSQL server of a test. Any client may connect as any role, nothing is flushed to disk, and unless a port is
/// given it listens only on a unix socket.
///
/// When the last reference is released, it is stopped at once and its data is removed. Its log stays as long as the
/// `TestFolder`.
package final class PostgreSQLServer: Sendable {
    package enum StopMode: Sendable {
        /// Ends all sessions and shuts down cleanly.
        case fast
        /// Aborts as in a crash. The next start runs a recovery.
        case immediate
    }

    /// The user that the server runs as if the tests run as root, which PostgreSQL refuses.
    static let user = "postgres"

    /// The folder of the unix socket, the `host` of libpq.
    package let socketFolder: String
    /// The port: 5432, which is part of the socket's name, unless the server also listens on TCP.
    package let port: UInt16
    package let dataFolder: String
    package let logFile: String

    let folder: TestFolder
    private let data: TestFolder
    let listensOnTCP: Bool
    let settings: [String: String]
    let clock: FakeClock?
    let process = Mutex<ServerProcess?>(nil)
    let sessions = SQLSessions()

    /// Creates a new, empty server and starts it.
    ///
    /// - Parameters:
    ///   - name: The name of its folder in `folder`.
    ///   - settings: Settings of postgresql.conf. They take precedence over the default ones.
    ///   - accessRules: The complete pg_hba.conf, if not all clients are to be trusted.
    ///   - tcpPort: A port of 127.0.0.1 to listen on as well. `Endpoint.freePort()` finds one.
    ///   - clock: The clock of the server.
    package convenience init(
        in folder: TestFolder, name: String = "pg", maxConnections: Int = 100, settings: [String: String] = [:],
        accessRules: String? = nil, tcpPort: UInt16? = nil, clock: FakeClock? = nil
    ) throws {
        try self.init(
            in: folder, name: name, settings: ["max_connections": "\(maxConnections)"].merging(settings) { $1 },
            tcpPort: tcpPort, clock: clock)
        try PostgreSQLTemplate.copy(to: dataFolder)
        if let accessRules { try Data(accessRules.utf8).write(to: URL(filePath: "\(dataFolder)/pg_hba.conf")) }
        try start()
    }

    /// Creates the server with its folders, empty and not started.
    init(
        in folder: TestFolder, name: String, settings: [String: String], tcpPort: UInt16?, clock: FakeClock?
    ) throws {
        self.folder = folder
        socketFolder = try folder.makeFolder(name, user: Self.user)
        data = try TestFolder.forData()
        dataFolder = try data.makeFolder("data", mode: 0o700, user: Self.user)
        logFile = folder.path("\(name).log")
        port = tcpPort ?? 5432
        listensOnTCP = tcpPort != nil
        self.settings = settings
        self.clock = clock
    }

    deinit {
        // An error is ignored: in deinit nothing can report that the server had to be killed.
        try? stop(mode: .immediate)
    }

    /// The pid of the postmaster.
    ///
    /// - Throws: An error if the server has been stopped.
    package var processIdentifier: Int32 {
        get throws { try requireRunning().processIdentifier }
    }

    /// The log of this server so far.
    package var log: String { readText(logFile) }

    /// A Boolean value that indicates whether the server accepts connections.
    package var isReady: Bool {
        let arguments = ["--quiet", "--host=\(socketFolder)", "--port=\(port)", "--timeout=2", "--dbname=postgres"]
        let result = try? ServerProcess.run(ServerPrograms.postgreSQL("pg_isready"), arguments)
        return result?.status.isSuccess ?? false
    }

    /// Returns a connection string for the unix socket.
    ///
    /// - Parameter socketFolder: Another folder of the socket: that of a `SocketProxy`.
    package func url(
        user: String = "postgres", database: String = "postgres", through socketFolder: String? = nil
    ) -> String {
        let port = port == 5432 ? "" : "&port=\(port)"
        return "postgresql:///\(database)?host=\(socketFolder ?? self.socketFolder)&user=\(user)\(port)"
    }

    /// Returns a connection string for the TCP port. Only for a server that has one.
    package func tcpURL(user: String = "postgres", database: String = "postgres") -> String {
        precondition(listensOnTCP, "this server has no TCP port")
        return "postgresql://\(user)@127.0.0.1:\(port)/\(database)"
    }

    /// The unix socket.
    package var endpoint: Endpoint { .unix("\(socketFolder)/.s.PGSQL.\(port)") }

    /// Creates a database: an empty one, or a copy of another, which must have no connections.
    package func createDatabase(_ name: String, from template: String? = nil) throws {
        guard let template else {
            try psql("create database \"\(name)\"")
            return
        }
        // The other strategy of PostgreSQL 15 and newer also writes all data to the write-ahead log.
        let version = Int(readText("\(dataFolder)/PG_VERSION").prefix { $0.isNumber }) ?? 0
        let strategy = version >= 15 ? " strategy file_copy" : ""
        try psql("create database \"\(name)\" template \"\(template)\"\(strategy)")
    }

    /// Runs SQL like psql, as if in a new session: statement by statement, each in a transaction of its own unless there is
    /// a BEGIN. Returns the output of psql without headings: one line for each row, columns separated by `|`, then the
    /// notifications to the session.
    ///
    /// - Parameter duration: The timeout of the whole call. Connecting may take ten seconds of it.
    /// - Throws: The server's message, at the first statement that fails.
    @discardableResult
    package func psql(
        _ sql: String, database: String = "postgres", user: String = "postgres",
        within duration: Duration = .seconds(60)
    ) throws -> String {
        try sessions.run(
            SQLScript.statements(of: sql), at: url(user: user, database: database), until: Deadline(within: duration)
        ).joined(separator: "\n")
    }

    /// Terminates the sessions of a database, as in a failover or by an operator.
    package func terminateBackends(of database: String) throws {
        try psql(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = '\(database)' and pid <> pg_backend_pid() and backend_type = 'client backend'
            """)
    }
}
