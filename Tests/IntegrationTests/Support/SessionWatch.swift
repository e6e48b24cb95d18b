import Synchronization
import TestSupport

/// Sends repeated checks of live and ended sessions to pods during a fault, and records the time and result of each.
final class SessionWatch: Sendable {
    /// A watched session.
    struct Entry: Sendable {
        let number: Int
        let userID: String
        let token: String
    }

    private struct Contents {
        var count = 0
        var events: [HistoryEvent] = []
        var entries: [Entry] = []
        /// The numbers of the sessions for which a revocation was started.
        var ended: Set<Int> = []
    }

    private let pods: [Pod]
    private let begin = ContinuousClock.now
    private let contents = Mutex(Contents())
    private let isStopping = Atomic(false)

    private init(_ pods: [Pod]) {
        self.pods = pods
    }

    /// Sends checks while `body` runs: for each pod, two threads send them to its gate and one requests a page from its
    /// nginx.
    ///
    /// - Parameter live: The number of live sessions at the start.
    /// - Returns: All events.
    static func during(
        on pods: [Pod], live: Int = 3, _ body: (SessionWatch) throws -> Void
    ) throws -> History {
        let watch = SessionWatch(pods)
        for _ in 0..<live { try watch.add() }
        let threads = pods.indices.flatMap { pod in
            (0..<3).map { number in JoinableThread { watch.ask(pod, throughNginx: number == 2) } }
        }
        // Also after an error: the threads must not outlive the objects they use.
        defer {
            watch.isStopping.store(true, ordering: .relaxed)
            for thread in threads { thread.join() }
        }
        try body(watch)
        watch.isStopping.store(true, ordering: .relaxed)
        for thread in threads { thread.join() }
        return History(watch.contents.withLock { $0.events })
    }

    /// The time on the clock of the events.
    var elapsed: Duration { .now - begin }

    /// Creates a session of a new user.
    ///
    /// - Parameter isWatched: Whether checks of the session are sent.
    @discardableResult
    func add(isWatched: Bool = true) throws -> Entry {
        let number = contents.withLock { contents in
            contents.count += 1
            return contents.count
        }
        let start = elapsed
        let userID = "watched-\(number)"
        let entry = Entry(number: number, userID: userID, token: try pods[0].signIn(userID))
        contents.withLock { contents in
            contents.events.append(
                HistoryEvent(.login, .accepted, session: number, user: number, from: start, to: elapsed))
            if isWatched { contents.entries.append(entry) }
        }
        return entry
    }

    /// Ends a session. The return of `body` acknowledges the revocation.
    func end(_ entry: Entry, as operation: HistoryEvent.Operation, _ body: (String) throws -> Void) throws {
        contents.withLock { _ = $0.ended.insert(entry.number) }
        let start = elapsed
        try body(entry.token)
        let event = HistoryEvent(
            operation, .accepted, session: entry.number, user: entry.number, from: start, to: elapsed)
        contents.withLock { $0.events.append(event) }
    }

    /// The sessions for which no revocation was started.
    var live: [Entry] {
        contents.withLock { contents in contents.entries.filter { !contents.ended.contains($0.number) } }
    }

    /// The checks so far.
    var checks: [HistoryEvent] { contents.withLock { $0.events.filter { $0.operation == .check } } }

    private func ask(_ pod: Int, throughNginx: Bool) {
        var random = SeededGenerator(seed: UInt64(pod))
        while !isStopping.load(ordering: .relaxed) {
            guard let entry = contents.withLock({ $0.entries.randomElement(using: &random) }) else { continue }
            let start = elapsed
            let result = throughNginx ? askPage(pods[pod], entry) : askGate(pods[pod], entry)
            let event = HistoryEvent(
                .check, result, session: entry.number, user: entry.number, from: start, to: elapsed, pod: pod)
            contents.withLock { $0.events.append(event) }
            sleepThread(for: .milliseconds(throughNginx ? 10 : 4))
        }
    }

    private func askGate(_ pod: Pod, _ entry: Entry) -> HistoryEvent.Result {
        // The kind of error does not matter.
        let answer = try? FastCGIClient.request(
            pod.gate.endpoint, parameters: FastCGIClient.checkParameters + [GateProcess.bearer(entry.token)],
            timeout: .seconds(5))
        return Self.result(answer?.status, isRight: answer?.headers["X-Auth-User-Id"] == entry.userID)
    }

    private func askPage(_ pod: Pod, _ entry: Entry) -> HistoryEvent.Result {
        let answer = try? HTTPClient(pod.entry, timeout: .seconds(5)).get("/api/page", headers: [bearer(entry.token)])
        let user = answer.map { EchoedRequest($0)["X-Auth-User-Id"] }
        return Self.result(answer?.status, isRight: user == [entry.userID])
    }

    private static func result(_ status: Int?, isRight: Bool) -> HistoryEvent.Result {
        switch status {
        case 200: isRight ? .accepted : .mistaken
        case 401: .refused
        case 503: .cannotTell
        default: .failed
        }
    }
}

extension History {
    /// All violations of the guarantees.
    var violations: [HistoryViolation] {
        HistoryChecker(revocationDelay: BreakableSite.revocationDelay).violations(in: self)
    }

    /// Returns the checks of a pod.
    func checks(on pod: Int) -> [HistoryEvent] { events.filter { $0.operation == .check && $0.pod == pod } }

    /// The number of checks that could have violated the first guarantee.
    var decisiveCount: Int {
        HistoryChecker(revocationDelay: BreakableSite.revocationDelay).decisiveChecks(in: self).count
    }
}

extension [HistoryEvent] {
    /// The checks whose result is neither "valid" nor "not valid".
    var undecided: [HistoryEvent] { filter { [.cannotTell, .failed].contains($0.result) } }

    func with(_ result: HistoryEvent.Result) -> [HistoryEvent] { filter { $0.result == result } }

    func begun(after time: Duration) -> [HistoryEvent] { filter { $0.start > time } }
}
