import FoundationEssentials
import TestSupport

/// An application of `deploy/examples`, named after its folder.
enum Example: String, CaseIterable, Sendable {
    case fastAPI = "fastapi"
    case php = "php-fpm"
    case node

    /// The name of its server in `deploy/examples/nginx.conf`.
    var host: String { self == .php ? "php.example.com" : "app.example.com" }

    /// Returns the hash of a password as the application stores it.
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
    ///   - folder: The folder of its files. They are copied there, because its user may have no access to the checkout.
    ///   - socket: The socket on which it listens.
    ///   - server: The server whose database `postgres` it uses, with the role of schema.sql.
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

    /// Debian's Python, regardless of PATH: the required packages are installed for it.
    static let python = "/usr/bin/python3"

    /// The path of pg for Node: where Debian installs it, or where Tests/run has unpacked it.
    static let environment = [
        "NODE_PATH": "/usr/share/nodejs:" + Repository.path(".build-node/usr/share/nodejs")
    ]

    /// Returns the path of a file of the example.
    private func path(_ name: String) -> String { Repository.path("deploy/examples/\(rawValue)/\(name)") }

    private static var fpm: String {
        get throws {
            let folder = "/usr/sbin"
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("php-fpm") }
            guard let newest = names.max() else { throw SupportError.unexpected("no php-fpm in \(folder)") }
            return "\(folder)/\(newest)"
        }
    }

    /// Returns the shipped pool within a configuration of the test.
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
