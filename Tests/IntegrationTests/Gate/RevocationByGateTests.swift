import EventLoop
import Synchronization
import TestSupport
import Testing

/// Two gates with one PostgreSQL. A logout at one takes effect at the other, regardless of faults of the latter.
@Suite struct RevocationByGateTests {
    private let server: PostgreSQLServer
    private let database: String
    private let one: GateProcess
    private let two: GateProcess

    private static let delay = Duration.seconds(1)

    init() throws {
        let folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
        one = try GateProcess(in: folder, name: "one", server: server, database: database, workers: 1)
        two = try GateProcess(
            in: folder, name: "two", server: server, database: database, workers: 1,
            environment: ["DATABASE_URL": "\(server.url(database: database))&application_name=two"])
    }

    /// Checks the session until the gate's worker has it in memory.
    private func warm(_ token: String) throws {
        for _ in 0..<20 { #expect(try two.check(token) == 200) }
    }

    /// Waits until the other gate refuses. A check that starts after `limit` must not be accepted.
    ///
    /// - Returns: The start of the check that was refused.
    @discardableResult
    private func expectRefused(
        _ token: String, by limit: ContinuousClock.Instant
    ) throws -> ContinuousClock.Instant {
        let deadline = Deadline(within: .seconds(10))
        while true {
            let begun = ContinuousClock.now
            let status = try two.check(token)
            if status == 401 { return begun }
            try #require(status != 200 || begun <= limit, "accepted too late")
            try #require(!deadline.hasPassed, "neither refused nor accepted")
        }
    }

    @Test func `nine of ten logouts take effect at the other gate within 200 ms, and all within the delay`() throws {
        let clock = ContinuousClock()
        var delays: [Duration] = []
        for _ in 0..<50 {
            let token = try one.signIn("ann")
            try warm(token)
            #expect(try one.logOut(token).status == 204)
            let acknowledged = clock.now
            delays.append(try expectRefused(token, by: acknowledged + Self.delay) - acknowledged)
            // The gate of the logout refuses immediately.
            #expect(try one.check(token) == 401)
        }
        // Not all, because the machine may be busy.
        #expect(delays.count { $0 < .milliseconds(200) } >= 45, "\(delays.sorted())")
    }

    @Test func `under a load of checks no worker accepts a session later than the delay after its logout`() throws {
        let clock = ContinuousClock()
        for _ in 0..<5 {
            let token = try one.signIn("ann")
            let accepted = Mutex<[ContinuousClock.Instant]>([])
            let load = CheckLoad(threads: 4) { _ in
                let begun = clock.now
                let status = try two.check(token)
                if status == 200 { accepted.withLock { $0.append(begun) } }
                return status
            }
            try load.waitForAnswers(200)
            #expect(load.report.statuses.keys.sorted() == [200])
            #expect(try one.logOut(token).status == 204)
            let limit = clock.now + Self.delay
            try eventually("it is refused") { load.report.statuses[401, default: 0] > 50 }
            let report = load.stop()
            #expect(report.failures == [:] && report.statuses[503] == nil, "\(report)")
            #expect(accepted.withLock { $0.count { $0 > limit } } == 0)
        }
    }

    /// Shorter than the 3 s after which the supervisor considers a worker hung.
    @Test(arguments: [1100, 1500, 2000])
    func `a worker stopped during the logout does not accept the session when it continues`(
        milliseconds: Int
    ) throws {
        let tokens = try (0..<20).map { _ in try one.signIn("ann") }
        let stays = try one.signIn("bob")
        for token in tokens + [stays] { try warm(token) }
        let worker = try #require(try two.workers.first)
        let frozen = try FrozenProcess(worker)
        for token in tokens { #expect(try one.logOut(token).status == 204) }
        let acknowledged = ContinuousClock.now
        // These requests wait in the socket's queue and are the first that the worker processes.
        let waiting = try (tokens + [stays]).map { token in
            let client = try FastCGIClient(two.endpoint)
            let parameters = FastCGIClient.checkParameters + [GateProcess.bearer(token)]
            try client.send([FastCGIRecord.begin()] + FastCGIRecord.params(parameters) + FastCGIRecord.stdin([]))
            return client
        }
        sleepThread(for: acknowledged + .milliseconds(milliseconds) - .now)
        frozen.resume()
        let statuses = try waiting.map { try $0.receive().status }
        #expect(statuses.dropLast().allSatisfy { $0 == 401 || $0 == 503 }, "\(statuses)")
        #expect(statuses.last == 200 || statuses.last == 503, "\(statuses)")
        for token in tokens {
            try eventually("the gate can tell") {
                let status = try two.check(token)
                #expect(status != 200)
                return status == 401
            }
        }
        #expect(try two.check(stays) == 200)
        // The worker was not replaced.
        #expect(try two.workers == [worker])
        #expect(two.lines(with: "killing worker") == 0)
    }

    @Test func `a worker without notifications of the logout does not accept the session`() throws {
        let token = try one.signIn("ann")
        try warm(token)
        // Neither the worker nor the backend that would notify it runs: when the worker continues there is nothing to
        // read.
        let worker = try FrozenProcess(#require(try two.workers.first))
        let backends = try server.backends(of: "two").map { try FrozenProcess($0) }
        try #require(!backends.isEmpty)
        #expect(try one.logOut(token).status == 204)
        sleepThread(for: Self.delay)
        worker.resume()
        for _ in 0..<50 { #expect(try two.check(token) != 200) }
        for backend in backends { backend.resume() }
        try expectRefused(token, by: .now)
    }

    @Test func `a logout of all sessions at one gate takes effect at the other, where the new one is known`() throws {
        try one.addUser("carol", password: "correct horse")
        for _ in 0..<3 {
            let tokens = try (0..<3).map { _ in try #require(try one.logIn("carol", "correct horse").json?["token"]) }
            for token in tokens { try warm(token) }
            let answer = try one.ask(
                "POST", "/auth/logout", parameters: [("QUERY_STRING", "all=1"), GateProcess.bearer(tokens[0])])
            #expect(answer.status == 204, "\(answer)")
            let limit = ContinuousClock.now + Self.delay
            let late = try #require(try one.logIn("carol", "correct horse").json?["token"])
            #expect(try two.check(late) == 200)
            for token in tokens {
                try expectRefused(token, by: limit)
                #expect(try one.check(token) == 401)
            }
            try warm(late)
        }
    }
}
