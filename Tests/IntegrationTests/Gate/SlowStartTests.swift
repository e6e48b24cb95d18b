import Glibc
import TestSupport
import Testing

/// Workers that take the place of others that died, while new connections to PostgreSQL get no answer.
@Suite(.leavesCleanLogs) struct SlowStartTests {
    private let folder: TestFolder
    private let proxy: SocketProxy
    private let gate: GateProcess
    private let token: String

    init() throws {
        folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        let proxyFolder = try folder.makeFolder("proxy")
        proxy = try SocketProxy(before: server, socketFolder: proxyFolder)
        gate = try GateProcess(
            in: folder, server: server, database: database,
            environment: ["DATABASE_URL": server.url(database: database, through: proxyFolder)])
        token = try gate.signIn("ann")
    }

    @Test func `a worker without PostgreSQL leaves the checks to one that has it`() throws {
        proxy.lose(existing: false)
        let before = try gate.workers
        kill(before[0], SIGKILL)
        let load = CheckLoad(threads: 4, pause: .milliseconds(5)) { [gate, token] _ in try gate.check(token) }
        // A worker that is alone would serve after a second.
        sleepThread(for: .seconds(3))
        let report = load.stop()
        #expect(report.failures.isEmpty && Array(report.statuses.keys) == [200], "\(report)\n\(gate.log)")
        #expect(try gate.workers.count == 2)
        proxy.deliver()
        try gate.waitUntilReady()
    }

    @Test func `without PostgreSQL all workers serve when none has it`() throws {
        proxy.lose(existing: false)
        let before = try gate.workers
        kill(before[0], SIGKILL)
        sleepThread(for: .seconds(2))
        #expect(try gate.check(token) == 200)
        kill(before[1], SIGKILL)
        // Not later than a check of nginx's waits.
        #expect(try gate.check(token, timeout: .seconds(4)) == 503, "\(gate.log)")
        proxy.deliver()
        try eventually("the session is accepted again", log: gate.log) { try gate.check(token) == 200 }
    }
}
