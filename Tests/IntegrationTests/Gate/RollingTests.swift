import FoundationEssentials
import Glibc
import Synchronization
import TestSupport
import Testing

/// Reloads and restarts, one after the other, of a gate that has much to do. systemd, in whose place the test stands, keeps the
/// sockets.
///
/// AUTHFCGI_TEST_ROLLING=20 runs it for that many seconds with each protocol instead of 6.
@Suite(.serialized) struct RollingTests {
    private static let rate = 2000
    private static let threads = 16
    private static let seconds =
        ProcessInfo.processInfo.environment["AUTHFCGI_TEST_ROLLING"].flatMap(Int.init) ?? 6

    /// A check of which the test knows the answer.
    private struct Question: Sendable {
        var token: String?
        var demandsGroup = false
        let status: Int
    }

    @Test(arguments: GateProtocol.allCases)
    func `during reloads and restarts at 2,000 checks a second, each has the answer that it should have`(
        form: GateProtocol
    ) throws {
        let gate = try RollingGate()
        let questions = try Self.questions(gate)
        let askers = (0..<Self.threads).map { _ in Asker(gate.endpoint(of: form), form) }
        let next = Counter()
        let load = CheckLoad(threads: Self.threads, perSecond: Self.rate) { thread in
            let question = questions[next.take() % questions.count]
            let status = try askers[thread].ask(question)
            guard status == question.status else {
                throw SupportError.unexpected("\(status) instead of \(question.status)")
            }
            return status
        }
        let start = ContinuousClock.now
        let half = start + Duration.seconds(Self.seconds) / 2
        var (reloads, restarts) = (0, 0)
        repeat {
            try load.waitForAnswers(500)
            try gate.reload()
            reloads += 1
        } while ContinuousClock.now < half
        repeat {
            try load.waitForAnswers(500)
            try gate.restart()
            restarts += 1
        } while ContinuousClock.now < start + Duration.seconds(Self.seconds)
        try load.waitForAnswers(500)
        let report = load.stop()
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        print(
            "rolling over \(form.rawValue): \(report.count) checks in \(Int(elapsed)) s, \(reloads) reloads, "
                + "\(restarts) restarts, the longest check \(report.longest)")
        #expect(report.failures == [:], "\(report.failures), log: \(gate.log)")
        #expect(Set(report.statuses.keys) == [200, 401, 403], "\(report.statuses)")
        // Those that wait during a restart are made up for.
        #expect(Double(report.count) > 0.9 * Double(Self.rate) * elapsed, "\(report.count) in \(elapsed) s")
        try gate.stop()
        for line in gate.log.split(separator: "\n") {
            #expect(!line.contains("Z ERROR: ") && !line.contains("Z CRITICAL: "), "\(line)")
        }
    }

    /// Returns checks of live, ended and unknown sessions, and of what a session lacks.
    private static func questions(_ gate: RollingGate) throws -> [Question] {
        var questions = [Question(status: 401), Question(token: "afs_invented", status: 401)]
        for number in 0..<20 {
            let token = try gate.signIn("user-\(number)")
            questions.append(Question(token: token, status: 200))
            questions.append(Question(token: token, status: 200))
            questions.append(Question(token: token, demandsGroup: true, status: 403))
        }
        let ended = try gate.signIn("ended")
        try gate.end(ended)
        questions.append(Question(token: ended, status: 401))
        return questions
    }

    /// A number for each check.
    private final class Counter: Sendable {
        private let value = Atomic(0)

        func take() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
    }

    /// The client of one thread: over HTTP on a kept connection, as nginx asks; over FastCGI on a new one for each check.
    private final class Asker: Sendable {
        private let endpoint: Endpoint
        private let form: GateProtocol
        /// Connects with the first request.
        private let client: Mutex<HTTPClient>

        init(_ endpoint: Endpoint, _ form: GateProtocol) {
            self.endpoint = endpoint
            self.form = form
            client = Mutex(HTTPClient(endpoint, keepsAlive: true, timeout: .seconds(20)))
        }

        func ask(_ question: Question) throws -> Int {
            switch form {
            case .fastCGI: try askOverFastCGI(question)
            case .http: try askOverHTTP(question)
            }
        }

        private func askOverHTTP(_ question: Question) throws -> Int {
            let path = question.demandsGroup ? "/auth/require/group%20admin" : "/auth/verify"
            let headers = question.token.map { [bearer($0)] } ?? []
            return try client.withLock { client in
                do {
                    return try client.get(path, headers: headers).status
                } catch is SupportError {
                    // nginx asks again too, if a worker that ends has closed a connection on which nothing had arrived.
                    return try client.get(path, headers: headers).status
                }
            }
        }

        private func askOverFastCGI(_ question: Question) throws -> Int {
            var parameters = FastCGIClient.checkParameters
            if let token = question.token { parameters.append(GateProcess.bearer(token)) }
            if question.demandsGroup { parameters.append(("AUTH_REQUIRE", "group admin")) }
            let answer = try FastCGIClient.request(endpoint, parameters: parameters, timeout: .seconds(20))
            guard let status = answer.status else { throw SupportError.unexpected("no status: \(answer)") }
            return status
        }
    }
}

/// A gate on two sockets, for FastCGI and for HTTP, that stay while it restarts.
private final class RollingGate: Sendable {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let database: String
    private let listeners: [Descriptor]
    private let process: Mutex<ServerProcess?> = Mutex(nil)

    init() throws {
        let folder = try TestFolder()
        self.folder = folder
        (server, database) = try SharedServers.newDatabase()
        listeners = try GateProtocol.allCases.map {
            try Self.endpoint(of: $0, in: folder).makeListener(isBlocking: true)
        }
        try start()
    }

    deinit { process.withLock { $0 }?.kill() }

    var log: String { folder.read("gate.log") }

    func endpoint(of form: GateProtocol) -> Endpoint { Self.endpoint(of: form, in: folder) }

    private static func endpoint(of form: GateProtocol, in folder: TestFolder) -> Endpoint {
        .unix(folder.path("\(form).sock"))
    }

    /// Creates a session and returns its token.
    func signIn(_ user: String) throws -> String {
        let token = try server.psql("SELECT create_access_token('\(user)')", database: database)
        RunRecord.note(secret: token)
        return token
    }

    func end(_ token: String) throws {
        try server.psql("SELECT revoke_access_token('\(token)')", database: database)
    }

    /// Sends SIGHUP, and waits until all workers were replaced.
    func reload() throws {
        let complete = "reload complete: all workers use the new settings"
        let before = log.ranges(of: complete).count
        let process = try running()
        let old = ProcessInspector(process.processIdentifier).children
        process.send(SIGHUP)
        try eventually("the reload is complete", within: .seconds(20), log: log) {
            try process.requireRunning()
            return log.ranges(of: complete).count > before
        }
        try eventually("the old workers are gone", within: .seconds(20), log: log) {
            Set(ProcessInspector(process.processIdentifier).children).isDisjoint(with: old)
        }
    }

    /// Stops the gate and starts it anew, as `systemctl restart` does.
    func restart() throws {
        try stop()
        try start()
    }

    func stop() throws {
        let status = try running().stop(within: .seconds(20))
        guard status.isSuccess else { throw SupportError.unexpected("the gate ended with \(status)", log: log) }
        process.withLock { $0 = nil }
    }

    /// Starts the gate, and waits until it answers.
    private func start() throws {
        let started = try ServerProcess(
            GateProcess.executable, ["serve", "--workers", "2", "--listen", "systemd"],
            environment: [
                "DATABASE_URL": server.url(database: database), "LISTEN_FDS": "2",
                "LISTEN_FDNAMES": "authfcgi.socket:http",
            ], logFile: folder.path("gate.log"),
            descriptors: [3: listeners[0].number, 4: listeners[1].number], setsListenPID: true)
        process.withLock { $0 = started }
        for form in GateProtocol.allCases {
            let endpoint = endpoint(of: form)
            let status =
                switch form {
                case .fastCGI: try FastCGIClient.check(endpoint, token: nil, timeout: .seconds(20))
                case .http: try HTTPClient(endpoint, timeout: .seconds(20)).get("/auth/verify").status
                }
            guard status == 401 else { throw SupportError.unexpected("\(status) at the start", log: log) }
        }
    }

    private func running() throws -> ServerProcess {
        guard let process = process.withLock({ $0 }) else { throw SupportError.unexpected("the gate does not run") }
        try process.requireRunning()
        return process
    }
}
