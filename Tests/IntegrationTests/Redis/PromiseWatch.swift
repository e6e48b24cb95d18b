import EventLoop

@testable import Sessions

/// Repeated checks of several sessions on several stores, compared with the guarantees that hold during all faults. New
/// checks start every few milliseconds, regardless of the results of earlier ones. A live session is never refused. An
/// ended session is accepted by no check that starts later than the revocation delay after the acknowledgement of its
/// end. No check returns the session of another user. While PostgreSQL responds, no check ends with an error.
@EventLoop
final class PromiseWatch {
    /// A watched session, and the permitted results.
    private struct Watched {
        let token: SessionToken
        let user: UserKey
        /// A Boolean value that indicates whether the revocation has started.
        var mayBeRefused = false
        /// The time from which each store has to refuse the session.
        var endedFor: [BootInstant?]
        /// The number of checks that started after that time and have ended, for each store.
        var lateChecks: [Int]
    }

    struct Findings: Sendable {
        /// The number of completed checks.
        var checks = 0
        /// The duration of the slowest check.
        var longest = Duration.zero
        /// Descriptions of the first few violations.
        var violations: [String] = []
    }

    private let stores: [SessionStore]
    private let interval: Duration
    private let mayFail: Bool
    private var sessions: [Watched] = []
    private var isStopped = false
    private var underWay = 0
    private var startedAt = BootInstant.now
    private(set) var findings = Findings()

    /// Starts the checks.
    ///
    /// - Parameter mayFail: Whether PostgreSQL is unavailable at times, so that checks may fail.
    init(_ pods: [TestStore], every interval: Duration = .milliseconds(20), mayFail: Bool = false) {
        stores = pods.map(\.store)
        self.interval = interval
        self.mayFail = mayFail
        turn()
    }

    /// Adds a live session.
    ///
    /// - Returns: Its number.
    @discardableResult
    func add(_ token: SessionToken, of userID: String) -> Int {
        sessions.append(
            Watched(
                token: token, user: UserKey(userID), endedFor: stores.map { _ in nil },
                lateChecks: stores.map { _ in 0 })
        )
        return sessions.count - 1
    }

    /// Adds a token without a live session.
    func add(ended token: SessionToken) {
        let number = add(token, of: "nobody")
        sessions[number].mayBeRefused = true
        sessions[number].endedFor = stores.map { _ in .now }
    }

    /// Records that the session may end from now on.
    func willEnd(_ number: Int) { sessions[number].mayBeRefused = true }

    /// Records that the end of the session has just been acknowledged.
    ///
    /// - Parameter store: The store that ended it, which has to refuse it immediately, or nil if it was none of these.
    func hasEnded(_ number: Int, by store: Int? = nil) {
        let now = BootInstant.now
        for index in stores.indices {
            sessions[number].endedFor[index] = index == store ? now : now + TestStore.revocationDelay
        }
    }

    /// A Boolean value that indicates whether each store has completed several checks of each ended session after the
    /// time from which it has to refuse it.
    var hasSeenEnds: Bool {
        sessions.allSatisfy { session in
            !session.mayBeRefused || session.lateChecks.allSatisfy { $0 >= 3 }
        }
    }

    /// Starts no further checks, and waits for those in flight.
    func stop() async -> Findings {
        isStopped = true
        while underWay > 0 { await Reactor.shared.sleep(for: .milliseconds(2)) }
        return findings
    }

    private func turn() {
        guard !isStopped else { return }
        Reactor.shared.schedule(after: interval) { [self] in turn() }
        for number in sessions.indices { for store in stores.indices { check(number, store) } }
    }

    private func check(_ number: Int, _ store: Int) {
        let begunAt = BootInstant.now
        if let kept = stores[store].keptSession(for: sessions[number].token) {
            return judge(.success(kept), number, store, begunAt)
        }
        underWay += 1
        stores[store].lookUp(sessions[number].token) { [self] in
            underWay -= 1
            judge($0, number, store, begunAt)
        }
    }

    private func judge(
        _ answer: Result<PackedSession?, SessionStoreError>, _ number: Int, _ store: Int, _ begunAt: BootInstant
    ) {
        findings.checks += 1
        findings.longest = max(findings.longest, .now - begunAt)
        let session = sessions[number]
        let end = session.endedFor[store]
        let isLate = end.map { begunAt > $0 } ?? false
        if isLate { sessions[number].lateChecks[store] += 1 }
        switch answer {
        case .success(.some(let found)):
            if found.userKey != session.user { object("somebody else's session", number, store, begunAt) }
            if let end, isLate { object("accepted \(begunAt - end) too late", number, store, begunAt) }
        case .success(.none):
            if !session.mayBeRefused { object("refused", number, store, begunAt) }
        case .failure(let error):
            if !mayFail { object("\(error) after \(BootInstant.now - begunAt)", number, store, begunAt) }
        }
    }

    private func object(_ what: String, _ number: Int, _ store: Int, _ begunAt: BootInstant) {
        guard findings.violations.count < 10 else { return }
        findings.violations.append(
            "session \(number) on store \(store), by a check that began at \(begunAt - startedAt): \(what)")
    }
}
