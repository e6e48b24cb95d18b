import EventLoop
import Synchronization
import TestSupport
import Testing

/// Two gates as they are shipped, over one PostgreSQL: a logout at one counts at the other, whatever happens to that one.
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
        two = try GateProcess(in: folder, name: "two", server: server, database: database, workers: 1)
    }

    /// Has the gate's worker keep the session.
    private func warm(_ token: String) throws {
        for _ in 0..<20 { #expect(try two.check(token) == 200) }
    }

    @Test func `undisturbed, each of fifty logouts counts at the other gate within 200 ms`() throws {
        let clock = ContinuousClock()
        var delays: [Duration] = []
        for _ in 0..<50 {
            let token = try one.signIn("ann")
            try warm(token)
            #expect(try one.logOut(token).status == 204)
            let acknowledged = clock.now
            var begun = clock.now
            while try two.check(token) != 401 {
                begun = clock.now
                try #require(begun < acknowledged + Self.delay, "accepted too late")
            }
            delays.append(begun - acknowledged)
            // The gate that did it knows at once.
            #expect(try one.check(token) == 401)
        }
        #expect(delays.allSatisfy { $0 < .milliseconds(200) }, "\(delays.sorted())")
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

    /// Shorter than the 3 s after which the supervisor takes a worker for hung.
    @Test(arguments: [1100, 1500, 2000])
    func `a worker that stood still during the logout never accepts the session when it goes on`(
        milliseconds: Int
    ) throws {
        let tokens = try (0..<20).map { _ in try one.signIn("ann") }
        let stays = try one.signIn("bob")
        for token in tokens + [stays] { try warm(token) }
        let worker = try #require(try two.workers.first)
        let frozen = try FrozenProcess(worker)
        for token in tokens { #expect(try one.logOut(token).status == 204) }
        let acknowledged = ContinuousClock.now
        // These wait in the socket's queue: the first thing that the worker sees.
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
        // It was the same worker.
        #expect(try two.workers == [worker])
        #expect(two.lines(with: "is killed") == 0)
    }

    @Test func `a session that ends by SQL while the worker stands still is not accepted when it goes on`() throws {
        let token = try one.signIn("ann")
        try warm(token)
        let frozen = try FrozenProcess(#require(try two.workers.first))
        try server.psql("DELETE FROM session_tokens", database: database)
        sleepThread(for: .milliseconds(1200))
        frozen.resume()
        for _ in 0..<50 { #expect(try two.check(token) != 200) }
        try eventually("it is refused") { try two.check(token) == 401 }
    }

    @Test func `signing out everywhere at one gate counts at the other, and the new session is known there`() throws {
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
                var begun = ContinuousClock.now
                while try two.check(token) != 401 {
                    begun = .now
                    try #require(begun < limit, "accepted too late")
                }
                #expect(try one.check(token) == 401)
            }
            try warm(late)
        }
    }
}
