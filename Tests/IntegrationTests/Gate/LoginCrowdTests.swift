import Synchronization
import TestSupport
import Testing

/// More logins than can be hashed.
@Suite(.serialized) struct LoginCrowdTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String

    init() throws {
        folder = try TestFolder()
        (server, database) = try SharedServers.newDatabase()
    }

    /// Starts a gate with the user ann, and the users snail-1 to snail-100, whose hash takes some twenty times as long
    /// as one of the gate and matches no password. There are so many because failures of one user are limited.
    private func gate(wait: String) throws -> GateProcess {
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["HASHING_THREADS": "1", "HASHING_WAIT": wait])
        try gate.addUser("ann", password: "correct horse")
        try server.psql(
            """
            INSERT INTO authfcgi_users (username, password_hash)
            SELECT 'snail-' || n, replace(u.password_hash, 'm=19456,t=2', 'm=65536,t=12')
              FROM authfcgi_users u, generate_series(1, 100) n WHERE u.username = 'ann'
            """, database: database)
        return gate
    }

    /// Logs a user in and measures the time.
    private func timedLogIn(_ gate: GateProcess, _ name: String) throws -> (answer: FastCGIAnswer, time: Duration) {
        let start = ContinuousClock.now
        let answer = try gate.logIn(name, "correct horse")
        return (answer, ContinuousClock.now - start)
    }

    @Test func `logins that would wait too long are refused at once, and checks continue`() throws {
        let gate = try gate(wait: "300ms")
        let token = try gate.signIn("ann")
        let snails = CheckLoad(threads: 2) { _ in try gate.logIn("snail-\(Int.random(in: 1...100))", "anything").status
        }
        // One of these logins is being hashed nearly all the time.
        try snails.waitForAnswers(4)
        var refusals: [Duration] = []
        try eventually("ten logins were refused", within: .seconds(20)) {
            let (answer, time) = try timedLogIn(gate, "ann")
            guard answer.status == 503 else { return false }
            #expect(answer.json?["error"] == "unavailable")
            #expect(Int(answer.headers["Retry-After"] ?? "").map { $0 >= 1 && $0 <= 60 } == true)
            refusals.append(time)
            return refusals.count >= 10
        }
        #expect(refusals.sorted()[5] < .milliseconds(100), "\(refusals)")
        for _ in 0..<50 { #expect(try gate.check(token) == 200) }
        let worker = try #require(try gate.workers.first)
        #expect(ProcessInspector(worker).niceness(ofThreads: "hashing") == [10])
        #expect(ProcessInspector(worker).niceness(ofThreads: "authfcgi-worker") == [0])
        let report = snails.stop()
        #expect(report.failures.isEmpty && Set(report.statuses.keys).isSubset(of: [401, 503]), "\(report)")
        try eventually("logins are taken again") { try gate.logIn("ann", "correct horse").status == 200 }
    }

    @Test func `nothing is hashed for a client that has gone`() throws {
        let gate = try gate(wait: "60s")
        // From the second one on, a failed login takes twice the time for which it occupies the queue.
        #expect(try timedLogIn(gate, "snail-1").answer.status == 401)
        let one = try timedLogIn(gate, "snail-1")
        #expect(one.answer.status == 401)
        let body = Array(#"{"username":"snail-2","password":"anything"}"#.utf8)
        let request =
            [FastCGIRecord.begin(keepsConnection: false)]
            + FastCGIRecord.params(
                GateProcess.parameters("POST", "/auth/login", [("CONTENT_TYPE", "application/json")], body))
            + FastCGIRecord.stdin(body)
        let busy = CheckLoad(threads: 1) { _ in try gate.logIn("snail-\(Int.random(in: 20...100))", "anything").status }
        do {
            // Eight clients that send a login and disconnect.
            let clients = try (0..<8).map { _ in
                let client = try FastCGIClient(gate.endpoint)
                try client.send(request)
                return client
            }
            sleepThread(for: .milliseconds(20))
            _ = clients
        }
        let last = try timedLogIn(gate, "ann")
        #expect(last.answer.status == 200)
        // Eight turns would take four times as long.
        #expect(last.time < one.time * 2, "\(last.time), where one takes \(one.time)")
        _ = busy.stop()
    }
}
