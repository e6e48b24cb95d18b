import Glibc
import TestSupport
import Testing

/// A worker is stopped and goes on, as on an overloaded machine or with a suspended one.
@Suite struct FrozenWorkerTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    private func freeze(_ gate: GateProcess, for time: Duration) throws {
        let worker = try #require(try gate.workers.first)
        kill(worker, SIGSTOP)
        sleepThread(for: time)
        kill(worker, SIGCONT)
    }

    @Test func `no check is lost that was under way`() throws {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: ["SESSION_CACHE_ENTRIES": "0"])
        let tokens = try (0..<8).map { try gate.signIn("user\($0)") }
        let load = CheckLoad(threads: tokens.count) { try gate.check(tokens[$0]) }
        for _ in 0..<4 {
            try load.waitForAnswers(200)
            try freeze(gate, for: .seconds(1))
        }
        try load.waitForAnswers(200)
        let report = load.stop()
        #expect(report.failures == [:] && Set(report.statuses.keys) == [200], "\(report)\n\(gate.log)")
        #expect(!gate.log.contains("connection lost"), "\(gate.log)")
    }

    @Test func `with STALE_IF_DATABASE_DOWN a session that ended meanwhile is refused`() throws {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1, environment: ["STALE_IF_DATABASE_DOWN": "5s"])
        for _ in 0..<3 {
            let token = try gate.signIn("ann")
            for _ in 0..<3 { #expect(try gate.check(token) == 200) }
            let worker = try #require(try gate.workers.first)
            kill(worker, SIGSTOP)
            try server.psql("UPDATE session_tokens SET revoked_at = now()", database: database)
            sleepThread(for: .milliseconds(1500))
            let load = CheckLoad(threads: 4) { _ in try gate.check(token) }
            kill(worker, SIGCONT)
            try load.waitForAnswers(50)
            let report = load.stop()
            #expect(report.statuses[200] == nil && report.failures == [:], "\(report)\n\(gate.log)")
        }
        #expect(!gate.log.contains("accepting known sessions"), "\(gate.log)")
    }
}
