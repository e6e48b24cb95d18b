import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// The supervisor keeps workers running and lets them finish requests in flight.
@Suite struct SupervisorTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    private func start(workers: Int = 2, environment: [String: String] = [:]) throws -> GateProcess {
        try GateProcess(in: folder, server: server, database: database, workers: workers, environment: environment)
    }

    /// Returns whether a process has ended or is a zombie that is not reaped yet.
    private func hasEnded(_ process: Int32) -> Bool { "ZX".contains(ProcessInspector(process).state ?? "X") }

    private var socketExists: Bool { FileManager.default.fileExists(atPath: folder.path("gate.sock")) }

    @Test func `a killed worker is replaced at once, and the other one answers meanwhile`() throws {
        let gate = try start()
        let token = try gate.signIn("ann")
        let before = try gate.workers
        kill(before[0], SIGKILL)
        for _ in 0..<20 { #expect(try gate.check(token, timeout: .seconds(2)) == 200) }
        // Tests/Benchmarks/respawn measures the time.
        try eventually("another worker is there", log: gate.log) {
            try gate.workers.contains { !before.contains($0) && ProcessInspector($0).state != "Z" }
        }
        try gate.waitUntilReady()
        let after = try gate.workers
        #expect(after.count == 2 && after.contains(before[1]) && !after.contains(before[0]))
        #expect(gate.log.contains("(pid \(before[0])) exited with signal 9"))
    }

    @Test func `if all workers are killed they are replaced, and requests wait for a moment`() throws {
        let gate = try start()
        let token = try gate.signIn("ann")
        let before = try gate.workers
        for worker in before { kill(worker, SIGKILL) }
        try eventually("they have ended") { try gate.workers.allSatisfy { !before.contains($0) || hasEnded($0) } }
        // The supervisor also holds the listening socket, so a new connection waits for the next worker.
        for _ in 0..<20 { #expect(try gate.check(token, timeout: .seconds(3)) == 200) }
        try gate.waitUntilReady()
    }

    @Test func `a stalled worker is replaced after 3 s, and no check is lost`() throws {
        let gate = try start()
        let token = try gate.signIn("ann")
        let before = try gate.workers
        let clock = ContinuousClock()
        let start = clock.now
        kill(before[1], SIGSTOP)
        let load = CheckLoad(threads: 2, pause: .milliseconds(5)) { _ in try gate.check(token) }
        try eventually("it is replaced", within: .seconds(8), log: gate.log) { try !gate.workers.contains(before[1]) }
        let time = clock.now - start
        #expect(time > .milliseconds(2500) && time < .seconds(5), "\(time)")
        try gate.waitUntilReady()
        let report = load.stop()
        #expect(report.failures == [:] && Set(report.statuses.keys) == [200], "\(report)")
        #expect(try gate.workers.contains(before[0]))
        #expect(gate.log.contains("(pid \(before[1])): event loop stalled for 3"))
    }

    @Test func `SIGTERM lets logins finish that were sent before, then the program ends`() throws {
        let gate = try start(environment: ["HASHING_THREADS": "1"])
        try gate.addUser("ann", password: "correct horse")
        let body = Array(#"{"username":"ann","password":"correct horse"}"#.utf8)
        let parameters = GateProcess.parameters("POST", "/auth/login", [("CONTENT_TYPE", "application/json")], body)
        let clients = try (0..<6).map { _ in
            let client = try FastCGIClient(gate.endpoint)
            try client.send(
                [.begin(keepsConnection: true)] + FastCGIRecord.params(parameters) + FastCGIRecord.stdin(body))
            return client
        }
        try gate.send(SIGTERM)
        for client in clients {
            let answer = try client.receive(closing: .seconds(3))
            #expect(answer.status == 200, "\(answer)")
            #expect(answer.isClosedByPeer)
        }
        #expect(try gate.waitForExit(within: .seconds(3)) == .code(0))
        #expect(!socketExists)
        #expect(gate.log.split(separator: "\n").last?.contains("Z INFO: shut down") == true, "\(gate.log)")
    }

    @Test func `a second SIGTERM ends the program at once`() throws {
        let gate = try start()
        let client = try FastCGIClient(gate.endpoint)
        try client.send([.begin()])  // a request that is never completed
        try eventually("the connection is accepted") { try !client.isClosedByPeer(within: .milliseconds(50)) }
        let workers = try gate.workers
        try gate.send(SIGTERM)
        try gate.waitForLog(containing: "shutting down: waiting for workers")
        // Signals in quicker succession would count as one.
        sleepThread(for: .milliseconds(600))
        try gate.send(SIGTERM)
        #expect(try gate.waitForExit(within: .seconds(1)) == .code(0))
        #expect(gate.log.contains("shutting down immediately"))
        #expect(!socketExists)
        try eventually("the workers are gone") { workers.allSatisfy { hasEnded($0) } }
    }

    @Test func `if the supervisor is killed the workers exit, and a new start replaces the socket`() throws {
        let gate = try start()
        let token = try gate.signIn("ann")
        let workers = try gate.workers
        kill(try gate.supervisor, SIGKILL)
        #expect(try gate.waitForExit() == .signal(SIGKILL))
        try eventually("the workers are gone", log: gate.log) { workers.allSatisfy { hasEnded($0) } }
        #expect(gate.log.contains("supervisor gone: finishing requests in flight, then exiting"))
        #expect(socketExists)
        try gate.start()
        #expect(try gate.check(token) == 200)
    }

    @Test func `a second start on the same socket is refused, and the first continues`() throws {
        let gate = try start()
        let workers = try gate.workers
        let second = try ServerProcess.run(
            GateProcess.executable, ["serve"],
            environment: ["DATABASE_URL": server.url(database: database), "LISTEN": "unix:\(gate.socketPath)"])
        #expect(second.status == .code(75))
        #expect(second.errors == "authfcgi: another process is listening on unix:\(gate.socketPath)\n")
        #expect(try gate.check(nil) == 401)
        #expect(try gate.workers == workers)
    }

    @Test func `SIGHUP replaces every worker and loses no check`() throws {
        let gate = try start()
        let token = try gate.signIn("ann")
        let before = try gate.workers
        let load = CheckLoad(threads: 2) { _ in try gate.check(token) }
        try load.waitForAnswers(50)
        try gate.send(SIGHUP)
        try gate.waitForLog(containing: "reload complete: all workers use the new settings")
        try load.waitForAnswers(50)
        try eventually("the old workers have ended") { before.allSatisfy { hasEnded($0) } }
        let report = load.stop()
        #expect(report.failures == [:], "\(report)")
        #expect(Set(report.statuses.keys) == [200], "\(report)")
        // A worker that has ended is a child until the supervisor has reaped it.
        try eventually("two workers are left", log: gate.log) { try gate.workers.count == 2 }
    }
}
