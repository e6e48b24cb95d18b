import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The information about the gate's processes that other processes of the machine can obtain.
@Suite struct SecrecyTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String
    private static let sources = ["environment", "prefix", "files", "--env-file"]

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    private static func environment(of process: Int32) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "/proc/\(process)/environ")), as: UTF8.self)
    }

    @Test(arguments: sources)
    func `no process has a secret in its environment, wherever it was given, also after a reload`(
        source: String
    ) throws {
        // This PostgreSQL requires no password, and there is no such Redis.
        let secrets = [
            "DATABASE_URL": server.url(database: database) + "&password=hunter2-postgresql",
            "REDIS_URL": "redis://:hunter2-redis@127.0.0.1:1", "USERS_PEPPER": "hunter2-pepper",
            "REDIS_SEAL_SECRET": "hunter2-seals-16-bytes",
        ]
        // An empty value counts as not set.
        var environment = ["DATABASE_URL": "", "PGPASSWORD": "hunter2-libpq", "LOG_LEVEL": "debug"]
        var arguments: [String] = []
        switch source {
        case "environment": environment.merge(secrets) { $1 }
        case "prefix": environment.merge(secrets.map { ("AUTHFCGI_" + $0.key, $0.value) }) { $1 }
        case "files":
            for (name, secret) in secrets { environment["\(name)_FILE"] = try folder.write(name, "\(secret)\n") }
        default:
            let lines = secrets.map { "\($0.key)=\($0.value)\n" }.joined()
            arguments = ["--env-file", try folder.write("settings", lines)]
        }
        let gate = try GateProcess(
            in: folder, server: server, database: database, environment: environment, arguments: arguments)
        for round in 1...2 {
            for process in [try gate.supervisor] + (try gate.workers) {
                let environment = try Self.environment(of: process)
                #expect(environment.contains("PATH=/") && !environment.contains("hunter2"), "\(environment)")
                #expect(!ProcessInspector(process).commandLine.contains("hunter2"))
                let files = ProcessInspector(process).descriptors.values
                #expect(!files.isEmpty && !files.contains { $0.contains("authfcgi-secrets") }, "\(files)")
            }
            #expect(try gate.check(try gate.signIn("ann")) == 200)
            guard round == 1 else { break }
            let before = try gate.workers
            try gate.send(SIGHUP)
            try gate.waitForLog(containing: "reload complete")
            try eventually("the old workers have ended") {
                let workers = try gate.workers
                return workers.count == 2 && Set(workers).isDisjoint(with: before)
            }
        }
        #expect(!gate.log.contains("hunter2"))
    }

    @Test func `libpq gets the password that it takes from the environment`() throws {
        let own = try PostgreSQLServer(in: folder, accessRules: "local all gate scram-sha-256\nlocal all all trust\n")
        try own.psql("SET password_encryption = 'scram-sha-256'; CREATE ROLE gate LOGIN SUPERUSER PASSWORD 'hunter2'")
        let gate = try GateProcess(
            in: folder, server: own,
            environment: ["DATABASE_URL": own.url(user: "gate"), "PGPASSWORD": "hunter2"])
        for process in [try gate.supervisor] + (try gate.workers) {
            #expect(try !Self.environment(of: process).contains("hunter2"))
        }
        #expect(try gate.check(try gate.signIn("ann")) == 200)
    }

    /// The files in /proc of a process that is not dumpable belong to root, regardless of its user.
    @Test(arguments: [false, true])
    func `memory is in no core dump and open to no debugger, unless CORE_DUMPS is on`(isPermitted: Bool) throws {
        let program = folder.path("authfcgi")
        try FileManager.default.copyItem(atPath: GateProcess.executable, toPath: program)
        let address = "127.0.0.1:\(try Endpoint.freePort())"
        let gate = try ServerProcess(
            program, ["serve", "--workers", "1", "--listen", address],
            environment: [
                "DATABASE_URL": server.url(database: database), "CORE_DUMPS": isPermitted ? "on" : "off",
            ], user: "www-data", logFile: folder.path("gate.log"))
        try gate.waitForLog(containing: "Using database for session storage", within: .seconds(20))
        let workers = ProcessInspector(gate.processIdentifier).children
        #expect(workers.count == 1)
        for process in [gate.processIdentifier] + workers {
            func owner(_ file: String) throws -> String {
                try ServerProcess.output("stat", ["-c", "%u", "/proc/\(process)\(file)"])
            }
            #expect(try (owner("/environ") == owner("")) == isPermitted)
            let limits = try String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
            let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
            let values = line.split(separator: " ").suffix(3)
            #expect(isPermitted ? values.first == values.dropFirst().first : values.first == "0", "\(line)")
        }
        let health = try ServerProcess.run(
            program, ["healthcheck", "--listen", address], environment: ["CORE_DUMPS": isPermitted ? "on" : "off"])
        #expect(health.output == "ready\n", "\(health)")
        #expect(try gate.stop() == .code(0))
    }
}
