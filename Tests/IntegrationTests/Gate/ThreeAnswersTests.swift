import TestSupport
import Testing

/// 200, 401 and 503 during outages of PostgreSQL: "cannot tell" is neither yes nor no.
@Suite struct ThreeAnswersTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private static let invented = "afs_" + String(repeating: "A", count: 54)

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder)
    }

    /// A gate with the user ann, a session of hers, and a session that is to be ended while PostgreSQL is unavailable.
    private struct Prepared {
        let gate: GateProcess
        let token: String
        let leaving: String
        let workers: [Int32]
    }

    private func prepare(_ environment: [String: String] = [:]) throws -> Prepared {
        let deadline = ["DATABASE_WRITE_DEADLINE": "500ms"]
        let gate = try GateProcess(in: folder, server: server, environment: deadline.merging(environment) { $1 })
        try gate.addUser("ann", password: "correct horse")
        #expect(try gate.logIn("ann", "correct horse").status == 200)
        let (token, leaving) = (try gate.signIn("ann"), try gate.signIn("ann"))
        #expect(try gate.check(token) == 200)
        return Prepared(gate: gate, token: token, leaving: leaving, workers: try gate.workers)
    }

    /// Expects the response of every route while PostgreSQL is unavailable, each in time.
    private func expectCannotTell(_ prepared: Prepared) throws {
        let (gate, token) = (prepared.gate, prepared.token)
        let clock = ContinuousClock()
        // The data in a worker's memory may be used for a second, the default of REVOCATION_DELAY, and no longer.
        let end = clock.now + .milliseconds(1100)
        while clock.now < end {
            let status = try gate.check(token)
            #expect(status == 200 || status == 503)
        }
        for _ in 0..<10 {
            let start = clock.now
            let answer = try gate.ask("GET", "/auth/verify", parameters: [GateProcess.bearer(token)])
            #expect(answer.status == 503, "\(answer)")
            #expect(answer.headers["Retry-After"] == "1")
            #expect(answer.headers["Remote-User"] == nil)
            #expect(clock.now - start < .seconds(1))
            #expect([401, 503].contains(try gate.check(Self.invented)))
            #expect(try gate.check(nil) == 401)
            #expect(try gate.ask("GET", "/healthz").status == 200)
        }
        let me = try gate.ask("GET", "/auth/me", parameters: [GateProcess.bearer(token)])
        #expect(me.status == 503 && me.json?["error"] == "unavailable")
        #expect(gate.isReady)
        // The result of the logout is unknown: the database may perform it when it continues.
        for answer in try [gate.logIn("ann", "correct horse"), gate.logOut(prepared.leaving)] {
            #expect(answer.status == 503, "\(answer)")
            #expect(answer.headers["Retry-After"] == "1")
            #expect(answer.json?["error"] == "unavailable")
        }
    }

    private func expectRecovery(_ gate: GateProcess, _ token: String, _ workers: [Int32]) throws {
        try gate.waitUntilEveryWorker("accepts the session again") {
            let status = try gate.check(token)
            #expect(status == 200 || status == 503)
            return status == 200
        }
        try gate.waitUntilReady()
        // Logins have their own connection, which waits up to 2 s after failed attempts.
        try eventually("logins are back", log: gate.log) { try gate.logIn("ann", "correct horse").status == 200 }
        #expect(try gate.check(token) == 200)
        #expect(try gate.workers == workers)
        // Logouts work again too, in each worker.
        try eventually("logouts are back", log: gate.log) { try gate.logOut(token).status == 204 }
        try gate.waitUntilEveryWorker("refuses the session", within: .seconds(5)) { try gate.check(token) == 401 }
    }

    @Test func `while PostgreSQL is down no session is accepted or refused, and all work afterwards`() throws {
        let prepared = try prepare()
        let (gate, token) = (prepared.gate, prepared.token)
        let clock = ContinuousClock()
        let start = clock.now
        try server.stop(mode: .immediate)
        try expectCannotTell(prepared)
        // Each worker measures from its own last heartbeat.
        try gate.waitUntilEveryWorker("is not ready", within: .seconds(20)) { !gate.isReady }
        // 10 s after the last heartbeat, which may have been 2 s old.
        #expect(clock.now - start > .seconds(7))
        // A worker that was not asked until now may be slightly behind.
        var answer = try gate.ask("GET", "/readyz")
        try eventually("this one is not ready either", log: gate.log) {
            answer = try gate.ask("GET", "/readyz")
            return answer.status != 200
        }
        #expect(answer.status == 503 && answer.headers["Retry-After"] == "1")
        #expect(try gate.check(token) == 503)
        #expect(try gate.ask("GET", "/healthz").status == 200)
        try server.start()
        try expectRecovery(gate, token, prepared.workers)
    }

    @Test func `while PostgreSQL is frozen no session is accepted or refused`() throws {
        let prepared = try prepare()
        try server.pause()
        try expectCannotTell(prepared)
        server.resume()
        try expectRecovery(prepared.gate, prepared.token, prepared.workers)
    }

    @Test func `while the network to PostgreSQL is cut no session is accepted or refused`() throws {
        let proxyFolder = try folder.makeFolder("proxy")
        let proxy = try SocketProxy(before: server, socketFolder: proxyFolder)
        let prepared = try prepare(["DATABASE_URL": server.url(through: proxyFolder)])
        proxy.pause()
        try expectCannotTell(prepared)
        proxy.resume()
        try expectRecovery(prepared.gate, prepared.token, prepared.workers)
    }

    @Test func `a gate that starts before PostgreSQL logs the reason once, and recovers`() throws {
        let prepared = try GateProcess(in: folder, name: "before", server: server, workers: 1)
        try prepared.addUser("ann", password: "correct horse")
        let token = try prepared.signIn("ann")
        try prepared.stop()
        try server.stop()
        let gate = try GateProcess(in: folder, server: server, workers: 1, waits: false)
        try eventually("the gate answers", log: gate.log) { (try? gate.ask("GET", "/healthz").status) == 200 }
        let workers = try gate.workers
        #expect(try gate.check(nil) == 401)
        #expect(try gate.check(token) == 503)
        // Without the keys the tag of an invented token cannot be checked either.
        #expect(try gate.check(Self.invented) == 503)
        #expect(try gate.ask("GET", "/readyz").status == 503)
        #expect(try gate.logIn("ann", "correct horse").status == 503)
        // Long enough for several attempts to connect.
        sleepThread(for: .seconds(2))
        #expect(gate.lines(with: "connection for checks: PostgreSQL unavailable") == 1, "\(gate.log)")
        #expect(gate.log.contains("\(server.socketFolder)/.s.PGSQL.5432"))
        try server.start()
        try expectRecovery(gate, token, workers)
    }
}
