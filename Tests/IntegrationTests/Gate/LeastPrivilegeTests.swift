import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// What the program may do if root starts it. Only root can see that.
@Suite(.forRoot) struct LeastPrivilegeTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    private func gate(
        _ environment: [String: String], arguments: [String] = [], waits: Bool = true
    ) throws -> GateProcess {
        try GateProcess(
            in: folder, server: server, database: database, workers: 2, environment: environment, arguments: arguments,
            waits: waits)
    }

    /// Returns the values of a line of /proc/PID/status.
    private func status(_ process: Int32, _ name: String) throws -> [String] {
        let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name):") })
        return line.split(whereSeparator: \.isWhitespace).dropFirst().map(String.init)
    }

    private func number(_ option: String, _ user: String) throws -> String {
        String(try ServerProcess.output("id", [option, user]).prefix { $0 != "\n" })
    }

    @Test func `root's supervisor opens the socket, and workers have the rights of the user alone`() throws {
        let (uid, gid) = (try number("-u", "www-data"), try number("-g", "www-data"))
        let gate = try gate(["AUTHFCGI_USER": "", "LISTEN_MODE": "0660"], arguments: ["--user", "www-data"])
        #expect(try status(gate.supervisor, "Uid") == ["0", "0", "0", "0"])
        for worker in try gate.workers {
            #expect(try status(worker, "Uid") == Array(repeating: uid, count: 4))
            #expect(try status(worker, "Gid") == Array(repeating: gid, count: 4))
            #expect(try !status(worker, "Groups").contains("0"))
            for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
                #expect(try status(worker, set) == ["0000000000000000"])
            }
            #expect(try status(worker, "NoNewPrivs") == ["1"])
        }
        // nginx's user is in the group of the socket, which is root's all the same.
        #expect(try ServerProcess.output("stat", ["-c", "%u %g %a", gate.socketPath]) == "0 \(gid) 660\n")
        #expect(gate.log.contains("workers have the rights of user \(uid) (www-data), the supervisor those of root"))
        let token = try gate.signIn("ann")
        #expect(try gate.check(token) == 200)
        // The successors of workers, after a death and after a reload, too.
        let before = try gate.workers
        Glibc.kill(before[0], SIGKILL)
        try eventually("another worker runs", log: gate.log) { try gate.workers.count == 2 && gate.workers != before }
        try gate.send(SIGHUP)
        try gate.waitForLog(containing: "reload complete", within: .seconds(30))
        try eventually("two workers are left", log: gate.log) { try gate.workers.count == 2 }
        for worker in try gate.workers { #expect(try status(worker, "Uid").first == uid) }
        #expect(try gate.check(token) == 200)
        #expect(try gate.stop() == .code(0))
        #expect(!FileManager.default.fileExists(atPath: gate.socketPath))
    }

    @Test func `a number that no user has, and a group, are taken as they are`() throws {
        let gate = try gate(["AUTHFCGI_USER": "65533:65534"])
        for worker in try gate.workers {
            #expect(try status(worker, "Uid").first == "65533")
            #expect(try status(worker, "Gid").first == "65534")
            #expect(try status(worker, "Groups") == ["65534"])
        }
        #expect(try gate.check(try gate.signIn("ann")) == 200)
    }

    @Test func `root serves only if it is told to`() throws {
        let refused = try gate(["AUTHFCGI_USER": ""], waits: false)
        #expect(try refused.waitForExit() == .code(78))
        let advice = "authfcgi: AUTHFCGI_USER is not set, and root starts the program: write --user NAME"
        #expect(refused.log.contains(advice), "\(refused.log)")
        #expect(!FileManager.default.fileExists(atPath: refused.socketPath))
        let told = try gate(["AUTHFCGI_USER": "root"])
        #expect(told.log.contains("WARNING: serving as root, as AUTHFCGI_USER says"))
        // Every shell has a variable USER.
        let misled = try GateProcess(
            in: folder, name: "misled", server: server, database: database,
            environment: ["AUTHFCGI_USER": "", "USER": "root"], waits: false)
        #expect(try misled.waitForExit() == .code(78))
    }

    @Test func `only root changes the user, and an unknown user is a problem`() throws {
        let address = "127.0.0.1:\(try Endpoint.freePort())"
        let other = try ServerProcess(
            GateProcess.executable, ["serve", "--listen", address, "--user", "root"],
            environment: ["DATABASE_URL": server.url(database: database)], user: "www-data",
            logFile: folder.path("other.log"))
        #expect(try other.waitForExit(within: .seconds(10)) == .code(78))
        #expect(other.log.contains("AUTHFCGI_USER is \"root\", but only root can change the user"), "\(other.log)")
        let unknown = try gate(["AUTHFCGI_USER": "nobody-of-that-name"], waits: false)
        #expect(try unknown.waitForExit() == .code(78))
        #expect(unknown.log.contains("there is no such user or group"))
    }

    @Test func `a reload that would give workers the rights of root is refused`() throws {
        let file = try folder.write("settings", "AUTHFCGI_USER=www-data\n")
        let gate = try gate(["AUTHFCGI_USER": ""], arguments: ["--env-file", file])
        _ = try folder.write("settings", "AUTHFCGI_WORKERS=2\n")
        try gate.send(SIGHUP)
        try gate.waitForLog(containing: "reload failed: keeping the current settings")
        #expect(try gate.check(try gate.signIn("ann")) == 200)
        for worker in try gate.workers { #expect(try status(worker, "Uid").first != "0") }
    }

    @Test func `config check remarks that root would be refused, and finds nothing wrong`() throws {
        let environment = [
            "DATABASE_URL": server.url(database: database), "AUTHFCGI_USER": "",
            "LISTEN": "unix:\(folder.path("check.sock"))",
        ]
        let result = try ServerProcess.run(GateProcess.executable, ["config", "check"], environment: environment)
        #expect(result.status == .code(0), "\(result)")
        let note = "Note: started by this user, 'serve' would end with 78: AUTHFCGI_USER is not set"
        #expect(result.output.contains(note), "\(result)")
        let named = try ServerProcess.run(
            GateProcess.executable, ["config", "check", "--user", "www-data"], environment: environment)
        #expect(named.status == .code(0) && !named.output.contains("Note: started"), "\(named)")
    }
}
