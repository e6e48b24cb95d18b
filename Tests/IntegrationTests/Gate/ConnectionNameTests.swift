import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// Workers keep their numbers, by which the log and `pg_stat_activity` name them.
@Suite(.leavesCleanLogs) struct ConnectionNameTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    /// Returns the name of this machine, as far as connections are named by it.
    private func pod() throws -> String {
        String(try ServerProcess.output("uname", ["-n"]).prefix { $0 != "\n" }.suffix(29))
    }

    /// Returns the names of the gate's connections, each with its number.
    private func names() throws -> [String] {
        try server.psql(
            """
            SELECT application_name, count(*) FROM pg_stat_activity
            WHERE datname = '\(database)' AND application_name LIKE 'authfcgi%' GROUP BY 1 ORDER BY 1
            """
        ).split(separator: "\n").map(String.init)
    }

    private func expectOneForChecks(of gate: GateProcess, workers: Int) throws {
        let pod = try pod()
        let wanted = (0..<workers).map { "authfcgi \(pod) worker \($0) checks|1" }
        var last: [String] = []
        try eventually("each worker has its connection for checks", within: .seconds(10), log: gate.log) {
            last = try names().filter { $0.contains(" checks|") }
            return last == wanted
        }
    }

    @Test func `pg_stat_activity shows pod, worker and use of each connection`() throws {
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 2)
        try gate.addUser("ann", password: "correct horse")
        try expectOneForChecks(of: gate, workers: 2)
        let token = try #require(try gate.logIn("ann", "correct horse").json?["token"])
        #expect(try gate.ask("GET", "/auth/sessions", parameters: [GateProcess.bearer(token)]).status == 200)
        let pod = try pod()
        let uses = try names().map { name in
            #expect(name.hasPrefix("authfcgi \(pod) worker "), "\(name)")
            return name.split(separator: " ").last.map(String.init) ?? ""
        }
        #expect(Set(uses) == ["checks|1", "changes|1", "logins|1", "lists|1"])
    }

    @Test func `an application_name in DATABASE_URL takes precedence`() throws {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["DATABASE_URL": "\(server.url(database: database))&application_name=authfcgi-ours"])
        #expect(try names() == ["authfcgi-ours|1"], "\(gate.log)")
    }

    @Test func `a worker has the number of the one that it replaces, after a death, a hang and a reload`() throws {
        let gate = try GateProcess(in: folder, server: server, database: database, workers: 2)
        try expectOneForChecks(of: gate, workers: 2)
        let first = try gate.workers
        // A frozen worker is killed when its successor is already wanted.
        kill(first[1], SIGSTOP)
        try eventually("it is replaced", within: .seconds(10), log: gate.log) { try !gate.workers.contains(first[1]) }
        try gate.waitUntilReady()
        let killed = try #require(gate.log.split(separator: "\n").first { $0.contains("killing worker ") })
        let number = try #require(killed.split(separator: " ").drop { $0 != "worker" }.dropFirst().first)
        #expect(killed.contains("killing worker \(number) (pid \(first[1])): "))
        #expect(gate.log.contains("worker \(number): restarting "), "\(gate.log)")
        try expectOneForChecks(of: gate, workers: 2)

        kill(try gate.workers[0], SIGKILL)
        try gate.waitUntilReady()
        try expectOneForChecks(of: gate, workers: 2)

        for round in 1...2 {
            try gate.send(SIGHUP)
            try eventually("the workers are replaced", within: .seconds(20), log: gate.log) {
                gate.lines(with: "reload complete: all workers use the new settings") == round
            }
            try expectOneForChecks(of: gate, workers: 2)
        }
        try gate.stop()
        let numbers = Set(
            gate.log.split(separator: "\n").flatMap { $0.split(separator: " ").filter { $0.hasPrefix("worker=") } })
        #expect(numbers == ["worker=0", "worker=1"], "\(gate.log)")
    }
}
