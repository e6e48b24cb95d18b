import FoundationEssentials
import TestSupport

/// An application of `deploy/examples`, named after its folder.
enum Example: String, CaseIterable, Sendable {
    case fastAPI = "fastapi"
    case php = "php-fpm"
    case node

    /// The name of its server in `deploy/examples/nginx.conf`.
    var host: String { self == .php ? "php.example.com" : "app.example.com" }

    /// A password's hash as the application stores it.
    func hash(_ password: String) throws -> String {
        let (program, arguments): (String, [String]) =
            switch self {
            case .fastAPI:
                (Self.python, ["-c", "import argon2, sys; print(argon2.PasswordHasher().hash(sys.argv[1]))"])
            case .php: ("php", ["-r", "echo password_hash($argv[1], PASSWORD_ARGON2ID);", "--"])
            case .node:
                (
                    "node",
                    ["-e", "require(process.argv[1]).hashPassword(process.argv[2]).then(console.log)", path("app.js")]
                )
            }
        let output = try ServerProcess.output(program, arguments + [password], environment: Self.environment)
        return String(output.prefix { $0 != "\n" })
    }

    /// Starts the application and waits until it accepts connections.
    ///
    /// - Parameters:
    ///   - folder: of its files; what it runs from is copied there, as its user may not get into the checkout.
    ///   - socket: where it is to listen.
    ///   - server: it connects to the database `postgres` there as the role that schema.sql has made.
    func start(in folder: TestFolder, listeningAt socket: String, database server: PostgreSQLServer) throws
        -> ServerProcess
    {
        let home = try folder.makeFolder(rawValue)
        for name in try FileManager.default.contentsOfDirectory(atPath: path("")) where name.contains(".") {
            try folder.write("\(rawValue)/\(name)", String(contentsOfFile: path(name), encoding: .utf8))
        }
        let (program, arguments): (String, [String]) =
            switch self {
            case .fastAPI: (Self.python, ["-m", "uvicorn", "app:app", "--uds", socket])
            case .php:
                (try Self.fpm, ["--nodaemonize", "--fpm-config", try fpmConfiguration(in: folder, socket, server)])
            case .node: ("node", ["app.js", socket])
            }
        let host = server.socketFolder.replacing("/", with: "%2F")
        let process = try ServerProcess(
            program, arguments,
            environment: Self.environment.merging(["DATABASE_URL": "postgresql://app@\(host)/postgres"]) { $1 },
            workingFolder: home, logFile: folder.path("\(rawValue).log"))
        try eventually("\(rawValue) accepts connections", within: .seconds(30), log: process.log) {
            try process.requireRunning()
            return Endpoint.unix(socket).isListening
        }
        return process
    }

    /// Debian's, whatever else is on the PATH: the packages that the example needs are installed for that one.
    static let python = "/usr/bin/python3"

    /// Where Node finds pg: as Debian installs it, or as Tests/run has unpacked it.
    static let environment = [
        "NODE_PATH": "/usr/share/nodejs:" + Repository.path(".build-node/usr/share/nodejs")
    ]

    /// The path of a file of the example.
    private func path(_ name: String) -> String { Repository.path("deploy/examples/\(rawValue)/\(name)") }

    private static var fpm: String {
        get throws {
            let folder = "/usr/sbin"
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("php-fpm") }
            guard let newest = names.max() else { throw SupportError.unexpected("no php-fpm in \(folder)") }
            return "\(folder)/\(newest)"
        }
    }

    /// The shipped pool in a configuration of the tests' own.
    private func fpmConfiguration(
        in folder: TestFolder, _ socket: String, _ server: PostgreSQLServer
    ) throws -> String {
        let pool = try String(contentsOfFile: path("pool.conf"), encoding: .utf8)
            .replacing("/run/php/app.sock", with: socket).replacing("0660", with: "0666")
            .replacing("user = app\ngroup = app\n", with: "user = nobody\ngroup = nogroup\n")
            .replacing("host=/run/postgresql;dbname=app;", with: "host=\(server.socketFolder);dbname=postgres;")
        let global = "[global]\nerror_log = /proc/self/fd/2\npid = \(folder.path("fpm.pid"))\n"
        return try folder.write("fpm.conf", global + pool)
    }
}
