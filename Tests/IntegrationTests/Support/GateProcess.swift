import FoundationEssentials
import Glibc
import Synchronization
import TestSupport

/// The program as it is shipped: `authfcgi serve` on a unix socket, over a database of a real PostgreSQL.
///
/// With the last reference it is killed; its files stay for as long as the `TestFolder`.
final class GateProcess: Sendable {
    let socketPath: String
    /// Where nginx, or a `FastCGIClient`, reaches it.
    var endpoint: Endpoint { .unix(socketPath) }

    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String
    private let environment: [String: String]
    private let arguments: [String]
    private let workerCount: Int
    private let logName: String
    private let process = Mutex<ServerProcess?>(nil)

    /// Starts the program and waits until every worker answers checks.
    ///
    /// - Parameters:
    ///   - name: of its socket and log in `folder`.
    ///   - database: one of `server`'s; the program brings its tables up to date.
    ///   - environment: added to DATABASE_URL, LISTEN and LISTEN_MODE (0666: nginx's workers run as another user); wins
    ///     over these.
    ///   - arguments: after `serve --workers N`.
    ///   - waits: false to return while it still starts, for a database that cannot be reached.
    init(
        in folder: TestFolder, name: String = "gate", server: PostgreSQLServer, database: String = "postgres",
        workers: Int = 2, environment: [String: String] = [:], arguments: [String] = [], waits: Bool = true
    ) throws {
        self.folder = folder
        self.server = server
        self.database = database
        socketPath = folder.path("\(name).sock")
        logName = "\(name).log"
        workerCount = workers
        let defaults = [
            "DATABASE_URL": server.url(database: database), "LISTEN": "unix:\(socketPath)", "LISTEN_MODE": "0666",
        ]
        self.environment = defaults.merging(environment) { $1 }
        self.arguments = ["serve", "--workers", "\(workers)"] + arguments
        try start(waits: waits)
    }

    deinit {
        process.withLock { $0 }?.kill()
    }

    /// The executable: AUTHFCGI_BINARY, or the one that was built along with these tests.
    static var executable: String {
        get throws {
            if let path = ProcessInfo.processInfo.environment["AUTHFCGI_BINARY"] { return path }
            return try BuiltProduct.path("authfcgi")
        }
    }

    /// Everything that the program has logged since this object was made, over all starts.
    var log: String { folder.read(logName) }

    /// The supervisor.
    ///
    /// - Throws: if the program has been stopped or has ended.
    var supervisor: Int32 {
        get throws { try running().processIdentifier }
    }

    /// The worker processes, by number; also one that has ended and was not reaped yet.
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

    /// Waits until all workers take connections, which they do once PostgreSQL has answered them, and the program says
    /// yes to /readyz as often as `waitUntilReady` wants it.
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

    /// Waits until all workers run and each of them says yes to /readyz.
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

    /// Waits until something that a request finds out of one worker is so of each: until it was so often enough in a row
    /// that each of them was asked.
    func waitUntilEveryWorker(
        _ what: String, within duration: Duration = .seconds(20), _ condition: () throws -> Bool
    ) throws {
        var inARow = 0
        try eventually("every worker \(what)", within: duration, log: log) {
            inARow = try condition() ? inARow + 1 : 0
            return inARow == Self.answersOfEach * workerCount
        }
    }

    /// So many in a row for each worker, and each was asked.
    private static let answersOfEach = 10

    /// What /readyz says, of one worker.
    var isReady: Bool {
        let parameters = [("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/readyz"), ("SERVER_PROTOCOL", "HTTP/1.1")]
        let answer = try? FastCGIClient.request(endpoint, parameters: parameters, timeout: .seconds(3))
        return answer?.status == 200
    }

    /// Sends a signal to the supervisor alone.
    func send(_ signal: Int32) throws {
        try running().send(signal)
    }

    /// Waits until the program has written `text`.
    func waitForLog(containing text: String, within duration: Duration = .seconds(10)) throws {
        try running().waitForLog(containing: text, within: duration)
    }

    /// Waits for the program to end by itself.
    @discardableResult
    func waitForExit(within duration: Duration = .seconds(10)) throws -> ExitStatus {
        guard let process = process.withLock({ $0 }) else { throw SupportError.unexpected("the gate was not started") }
        return try process.waitForExit(within: duration)
    }

    /// Stops the program by SIGTERM, as an init system would, and returns how it ended.
    @discardableResult
    func stop(within duration: Duration = .seconds(15)) throws -> ExitStatus {
        let process = try running()
        defer { self.process.withLock { $0 = nil } }
        return try process.stop(within: duration)
    }

    /// Kills supervisor and workers at once.
    func kill() {
        process.withLock { process in
            process?.kill()
            process = nil
        }
    }

    /// Adds a user through the command line, the password on standard input.
    func addUser(_ name: String, password: String, groups: [String] = [], options: [String] = []) throws {
        let groups = groups.isEmpty ? [] : ["--groups", groups.joined(separator: ",")]
        try ServerProcess.output(
            Self.executable, ["user", "add", name, "--allow-weak"] + groups + options, environment: environment,
            input: password)
    }

    /// A new session's token, made by SQL: no password needs to be hashed for it.
    ///
    /// - Parameters:
    ///   - userID: the user name as well.
    ///   - lifetime: an interval of SQL; the setting's when nil.
    func signIn(_ userID: String, groups: [String] = [], lifetime: String? = nil) throws -> String {
        let groups = groups.map(Self.quoted).joined(separator: ",")
        let lifetime = lifetime.map { ", lifetime => interval \(Self.quoted($0))" } ?? ""
        return try server.psql(
            "SELECT create_access_token(\(Self.quoted(userID)), groups => ARRAY[\(groups)]::text[]\(lifetime))",
            database: database)
    }

    /// A text as SQL's literal.
    static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    private func running() throws -> ServerProcess {
        guard let process = process.withLock({ $0 }) else { throw SupportError.unexpected("the gate does not run") }
        try process.requireRunning()
        return process
    }
}
