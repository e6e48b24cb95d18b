import TestSupport
import Testing

/// A worker has only the expected threads, and no other thread enqueues jobs of the loop.
@Suite struct ThreadTests {
    private let folder: TestFolder
    private let gate: GateProcess

    init() throws {
        folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        gate = try GateProcess(
            in: folder, server: server, database: database,
            environment: ["LOG_LEVEL": "debug", "HASHING_THREADS": "2", "HASHING_WAIT": "10s"])
        try gate.addUser("ann", password: "correct horse")
    }

    /// Records the maximum number of threads with each name in one worker. A new thread has the name of the thread that
    /// started it until it sets its own. A thread that keeps it was not started by this program.
    private func look(_ seen: inout [String: Int]) throws {
        for worker in try gate.workers {
            var threads: [String: Int] = [:]
            try eventually("one thread has the loop's name", within: .seconds(2)) {
                threads = names(of: worker)
                return threads["authfcgi-worker"] == 1
            }
            seen.merge(threads) { max($0, $1) }
        }
    }

    private func names(of worker: Int32) -> [String: Int] {
        Dictionary(grouping: ProcessInspector(worker).threadNames, by: { $0 }).mapValues(\.count)
    }

    private func expectOnlyOwnThreads(_ seen: [String: Int]) {
        #expect(Set(seen.keys).isSubset(of: ["authfcgi-worker", "log", "connecting", "hashing"]), "\(seen)")
        #expect(seen["authfcgi-worker"] == 1, "\(seen)")
        #expect(seen["log", default: 0] <= 1, "\(seen)")
        // Three connections, and a second attempt at each while the server has not answered.
        #expect(seen["connecting", default: 0] <= 6, "\(seen)")
        #expect(seen["hashing", default: 0] <= 2, "\(seen)")
    }

    @Test func `under load there are only the expected threads, and no other enqueues jobs`() throws {
        let token = try gate.signIn("ann")
        let gate = gate
        var seen: [String: Int] = [:]
        let checks = CheckLoad(threads: 4) { _ in try gate.check(token) }
        let logins = CheckLoad(threads: 3) { _ in
            let answer = try gate.logIn("ann", "correct horse")
            guard answer.status == 200, let token = answer.json?["token"] else { return answer.status }
            return try gate.logOut(token).status == 204 ? 200 : 0
        }
        for _ in 0..<30 {
            try look(&seen)
            try checks.waitForAnswers(20)
        }
        try logins.waitForAnswers(10)
        try look(&seen)
        for report in [checks.stop(), logins.stop()] {
            #expect(report.failures == [:], "\(report)")
            #expect(Set(report.statuses.keys) == [200], "\(report)")
        }
        expectOnlyOwnThreads(seen)
        #expect(seen["hashing"] != nil)
        let workers = try gate.workers.count
        #expect(try gate.stop() == .code(0))
        #expect(gate.lines(with: "event loop: enqueued by helper threads") == workers)
        #expect(gate.lines(with: ", by other threads 0") == workers, "\(gate.log.suffix(2000))")
    }

    @Test func `kept connections need no thread`() throws {
        let token = try gate.signIn("ann")
        let request =
            [FastCGIRecord.begin(keepsConnection: true)]
            + FastCGIRecord.params(GateProcess.parameters("GET", "/auth/me", [GateProcess.bearer(token)]))
            + FastCGIRecord.stdin([])
        var seen: [String: Int] = [:]
        let clients = try (0..<200).map { _ in
            let client = try FastCGIClient(gate.endpoint)
            try client.send(request)
            #expect(try client.receive().status == 200)
            return client
        }
        try look(&seen)
        expectOnlyOwnThreads(seen)
        // All of them and others are still served.
        #expect(try gate.check(token) == 200)
        for client in clients {
            try client.send(request)
            #expect(try client.receive().status == 200)
        }
        #expect(try gate.check(token) == 200)
    }
}
