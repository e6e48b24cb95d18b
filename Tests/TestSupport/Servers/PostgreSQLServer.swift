import FoundationEssentials
import Synchronization

/// A PostgreSQL server of the tests' own: everybody may connect as anybody, nothing is flushed to disk, and unless a
/// port is given it listens on a unix socket alone.
///
/// With the last reference it is stopped at once and its data goes; its log stays for as long as the `TestFolder`.
package final class PostgreSQLServer: Sendable {
    package enum StopMode: Sendable {
        /// Ends every session, then stops cleanly.
        case fast
        /// Stops as a crash would, so that the next start recovers.
        case immediate
    }

    /// Whom the server runs as when the tests run as root, which PostgreSQL refuses.
    static let user = "postgres"

    /// Where its unix socket lies: what libpq takes as `host`.
    package let socketFolder: String
    /// 5432, which is part of the socket's name, unless the server listens on TCP too.
    package let port: UInt16
    package let dataFolder: String
    package let logFile: String

    let folder: TestFolder
    private let data: TestFolder
    let listensOnTCP: Bool
    let settings: [String: String]
    let clock: FakeClock?
    let process = Mutex<ServerProcess?>(nil)

    /// Makes a new, empty server and starts it.
    ///
    /// - Parameters:
    ///   - name: of its folder in `folder`.
    ///   - settings: as in postgresql.conf. They win over those that are made here.
    ///   - accessRules: the whole of pg_hba.conf, when not everybody is to be trusted.
    ///   - tcpPort: to listen on at 127.0.0.1 as well; `Endpoint.freePort()` finds one.
    ///   - clock: what the server takes for the time.
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

    /// The server with its folders, empty and not started.
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
        // Nobody is left to be told of a server that had to be killed.
        try? stop(mode: .immediate)
    }

    /// The postmaster.
    ///
    /// - Throws: if the server has been stopped.
    package var processIdentifier: Int32 {
        get throws { try requireRunning().processIdentifier }
    }

    /// Everything that this server has logged.
    package var log: String { readText(logFile) }

    /// Whether it takes connections.
    package var isReady: Bool {
        let arguments = ["--quiet", "--host=\(socketFolder)", "--port=\(port)", "--timeout=2", "--dbname=postgres"]
        let result = try? ServerProcess.run(ServerPrograms.postgreSQL("pg_isready"), arguments)
        return result?.status.isSuccess ?? false
    }

    /// A connection string that leads to the unix socket.
    ///
    /// - Parameter socketFolder: another folder to look for the socket in: a `SocketProxy`'s.
    package func url(
        user: String = "postgres", database: String = "postgres", through socketFolder: String? = nil
    ) -> String {
        let port = port == 5432 ? "" : "&port=\(port)"
        return "postgresql:///\(database)?host=\(socketFolder ?? self.socketFolder)&user=\(user)\(port)"
    }

    /// A connection string that leads to the TCP port. Only for a server that has one.
    package func tcpURL(user: String = "postgres", database: String = "postgres") -> String {
        precondition(listensOnTCP, "this server has no TCP port")
        return "postgresql://\(user)@127.0.0.1:\(port)/\(database)"
    }

    /// The unix socket.
    package var endpoint: Endpoint { .unix("\(socketFolder)/.s.PGSQL.\(port)") }

    /// Makes a database: an empty one, or the copy of another, which nobody may be connected to.
    package func createDatabase(_ name: String, from template: String? = nil) throws {
        guard let template else {
            try psql("create database \"\(name)\"")
            return
        }
        // The other strategy of PostgreSQL 15 and newer writes all of it to the log once more.
        let version = Int(readText("\(dataFolder)/PG_VERSION").prefix { $0.isNumber }) ?? 0
        let strategy = version >= 15 ? " strategy file_copy" : ""
        try psql("create database \"\(name)\" template \"\(template)\"\(strategy)")
    }

    /// Runs SQL as psql does, in a session of its own: statement by statement, each a transaction unless there is a
    /// BEGIN. Returns what psql would write without headings: the rows, a line each, columns divided by `|`, and what
    /// the session was notified of.
    ///
    /// - Parameter duration: how long all of it may take; the connection ten seconds of it.
    /// - Throws: with the server's message, at the first statement that fails.
    @discardableResult
    package func psql(
        _ sql: String, database: String = "postgres", user: String = "postgres",
        within duration: Duration = .seconds(60)
    ) throws -> String {
        let statements = try SQLScript.statements(of: sql)
        let session = try SQLSession(url(user: user, database: database), until: Deadline(within: duration))
        return try statements.flatMap { try session.run($0) }.joined(separator: "\n")
    }

    /// Ends the sessions of a database, as a failover or an operator would.
    package func terminateBackends(of database: String) throws {
        try psql(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = '\(database)' and pid <> pg_backend_pid() and backend_type = 'client backend'
            """)
    }
}
