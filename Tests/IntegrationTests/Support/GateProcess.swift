import FoundationEssentials
import Glibc
import Synchronization
import TestSupport

/// The program as it is shipped: `authfcgi serve` on a unix socket, with a database of a real PostgreSQL.
///
/// When the last reference is released, it is killed. Its files stay as long as the `TestFolder`.
final class GateProcess: Sendable {
    let socketPath: String
    /// The socket for HTTP, if it listens for that.
    let httpSocketPath: String
    /// The address for nginx or a `FastCGIClient`.
    var endpoint: Endpoint { .unix(socketPath) }

    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String
    private let environment: [String: String]
    private let arguments: [String]
    private let workerCount: Int
    private let logName: String
    private let process = Mutex<ServerProcess?>(nil)

    /// Starts the program and waits until every worker accepts checks.
    ///
    /// - Parameters:
    ///   - name: The name of its socket and log in `folder`.
    ///   - database: A database of `server`. The program migrates its tables.
    ///   - environment: Variables in addition to DATABASE_URL, LISTEN and LISTEN_MODE (0666, because nginx's workers
    ///     run as another user). They take precedence over these.
    ///   - arguments: The arguments after `serve --workers N`.
    ///   - listensForHTTP: Whether it listens on a second unix socket, for HTTP.
    ///   - waits: Whether to wait for the start. False for a database that cannot be reached.
    init(
        in folder: TestFolder, name: String = "gate", server: PostgreSQLServer, database: String = "postgres",
        workers: Int = 2, environment: [String: String] = [:], arguments: [String] = [], listensForHTTP: Bool = false,
        waits: Bool = true
    ) throws {
        self.folder = folder
        self.server = server
        self.database = database
        socketPath = folder.path("\(name).sock")
        httpSocketPath = folder.path("\(name)-http.sock")
        logName = "\(name).log"
        workerCount = workers
        let defaults = [
            "DATABASE_URL": server.url(database: database),
            "LISTEN": "unix:\(socketPath)" + (listensForHTTP ? ",http:unix:\(httpSocketPath)" : ""),
            "LISTEN_MODE": "0666",
        ]
        self.environment = defaults.merging(environment) { $1 }
        self.arguments = ["serve", "--workers", "\(workers)"] + arguments
        try start(waits: waits)
    }

    deinit {
        process.withLock { $0 }?.kill()
    }

    /// The executable: AUTHFCGI_BINARY, or the one that was built with these tests.
    static var executable: String {
        get throws {
            if let path = ProcessInfo.processInfo.environment["AUTHFCGI_BINARY"] { return path }
            return try BuiltProduct.path("authfcgi")
        }
    }

    /// The log of the program since this object was created, of all starts.
    var log: String { folder.read(logName) }

    /// The pid of the supervisor.
    ///
    /// - Throws: An error if the program has been stopped or has ended.
    var supervisor: Int32 {
        get throws { try running().processIdentifier }
    }

    /// The pids of the worker processes in ascending order, including any that has ended and was not reaped yet.
    var workers: [Int32] {
        get throws { ProcessInspector(try supervisor).children }
    }

    /// Starts the program after a `stop` or `kill`.
    func start(waits: Bool = true) throws {
        let started = try ServerProcess(
            Self.executable, arguments, environment: environment, workingFolder: folder.path,
            logFile: folder.path(logName))
        process.withLock { $0 = started }
        if waits { try waitForStart() }
    }

    /// Waits until all workers accept connections, which they do once PostgreSQL has responded, and until /readyz
    /// succeeds as often as `waitUntilReady` requires.
    private func waitForStart() throws {
        let process = try running()
        let supervisor = ProcessInspector(process.processIdentifier)
        try eventually("\(workerCount) workers take connections", within: .seconds(20), log: log) {
            try process.requireRunning()
            let listening = Set(supervisor.descriptors.values.filter { $0.hasPrefix("socket:") })
            let taking = supervisor.children.count {
                !ProcessInspector($0).polledDescriptors.isDisjoint(with: listening)
            }
            return taking == workerCount
        }
        var inARow = 0
        try eventually("the gate is ready", within: .seconds(20), log: log) {
            while inARow < Self.answersOfEach * workerCount, isReady { inARow += 1 }
            if inARow == Self.answersOfEach * workerCount { return true }
            inARow = 0
            return false
        }
    }

    /// Waits until all workers run and /readyz succeeds in each of them.
    func waitUntilReady(within duration: Duration = .seconds(20)) throws {
        let process = try running()
        try waitUntilEveryWorker("is ready", within: duration) {
            try process.requireRunning()
            let serving = ProcessInspector(process.processIdentifier).children.filter {
                !"ZX".contains(ProcessInspector($0).state ?? "X")
            }
            return serving.count == workerCount && isReady
        }
    }

    /// Waits until a condition is true of every worker. A request evaluates the condition in one worker, so it must be
    /// true so many times in succession that every worker has been reached.
    func waitUntilEveryWorker(
        _ what: String, within duration: Duration = .seconds(20), _ condition: () throws -> Bool
    ) throws {
        var inARow = 0
        try eventually("every worker \(what)", within: duration, log: log) {
            inARow = try condition() ? inARow + 1 : 0
            return inARow == Self.answersOfEach * workerCount
        }
    }

    /// The required number of successive results for each worker, after which every worker has been reached.
    private static let answersOfEach = 10

    /// A Boolean value that indicates whether /readyz succeeds in one worker.
    var isReady: Bool {
        let parameters = [("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/readyz"), ("SERVER_PROTOCOL", "HTTP/1.1")]
        let answer = try? FastCGIClient.request(endpoint, parameters: parameters, timeout: .seconds(3))
        return answer?.status == 200
    }

    /// Sends a signal to the supervisor only.
    func send(_ signal: Int32) throws {
        try running().send(signal)
    }

    /// Waits until the log contains `text`.
    func waitForLog(containing text: String, within duration: Duration = .seconds(10)) throws {
        try running().waitForLog(containing: text, within: duration)
    }

    /// Waits for the program to end on its own.
    @discardableResult
    func waitForExit(within duration: Duration = .seconds(10)) throws -> ExitStatus {
        guard let process = process.withLock({ $0 }) else { throw SupportError.unexpected("the gate was not started") }
        return try process.waitForExit(within: duration)
    }

    /// Stops the program by SIGTERM, like an init system, and returns its exit status.
    @discardableResult
    func stop(within duration: Duration = .seconds(15)) throws -> ExitStatus {
        let process = try running()
        defer { self.process.withLock { $0 = nil } }
        return try process.stop(within: duration)
    }

    /// Kills the supervisor and the workers at once.
    func kill() {
        process.withLock { process in
            process?.kill()
            process = nil
        }
    }

    /// Adds a user by a command, with the password on standard input.
    func addUser(_ name: String, password: String, groups: [String] = [], options: [String] = []) throws {
        let groups = groups.isEmpty ? [] : ["--groups", groups.joined(separator: ",")]
        try ServerProcess.output(
            Self.executable, ["user", "add", name, "--allow-weak"] + groups + options, environment: environment,
            input: password)
    }

    /// Makes a link for a new password by a command, and returns its code.
    func resetCode(of name: String) throws -> String {
        let output = try ServerProcess.output(
            Self.executable, ["user", "reset", name], environment: environment)
        guard let start = output.firstRange(of: "/auth/reset?code=") else {
            throw SupportError.unexpected("no link", log: output)
        }
        let code = String(output[start.upperBound...].prefix { !$0.isWhitespace })
        RunRecord.note(secret: code)
        return code
    }

    /// Creates a session by SQL, which needs no password hash, and returns its token.
    ///
    /// - Parameters:
    ///   - userID: The id of the user, and the user name.
    ///   - lifetime: An interval in SQL, or nil for the lifetime of the settings.
    func signIn(_ userID: String, groups: [String] = [], lifetime: String? = nil) throws -> String {
        let groups = groups.map(Self.quoted).joined(separator: ",")
        let lifetime = lifetime.map { ", lifetime => interval \(Self.quoted($0))" } ?? ""
        return try server.psql(
            "SELECT create_access_token(\(Self.quoted(userID)), groups => ARRAY[\(groups)]::text[]\(lifetime))",
            database: database)
    }

    /// Returns a text as an SQL literal.
    static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    private func running() throws -> ServerProcess {
        guard let process = process.withLock({ $0 }) else { throw SupportError.unexpected("the gate does not run") }
        try process.requireRunning()
        return process
    }
}
