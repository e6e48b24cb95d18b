import EventLoop

@testable import Sessions

/// Checks of several sessions on several stores, new ones every few milliseconds whatever became of those before, held
/// against what no fault may change: a session that lives is never refused, one that has ended is accepted by no check
/// that began later than the revocation delay after it was acknowledged, nobody gets somebody else's, and while
/// PostgreSQL answers nobody hears that the stores cannot tell.
@EventLoop
final class PromiseWatch {
    /// A session to be checked, and what may be said of it.
    private struct Watched {
        let token: SessionToken
        let user: UserKey
        /// Somebody is ending it, or has.
        var mayBeRefused = false
        /// From when on each store has to refuse it.
        var endedFor: [BootInstant?]
        /// How many checks that began after that each store has answered.
        var lateChecks: [Int]
    }

    struct Findings: Sendable {
        /// Checks that are over.
        var checks = 0
        /// The longest that a check took.
        var longest = Duration.zero
        /// What should not have been, the first few in words.
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

    /// - Parameter mayFail: whether PostgreSQL is away at times, so that stores may be unable to tell.
    init(_ pods: [TestStore], every interval: Duration = .milliseconds(20), mayFail: Bool = false) {
        stores = pods.map(\.store)
        self.interval = interval
        self.mayFail = mayFail
        turn()
    }

    /// Watches a session that lives.
    /// - Returns: its number here.
    @discardableResult
    func add(_ token: SessionToken, of userID: String) -> Int {
        sessions.append(
            Watched(
                token: token, user: UserKey(userID), endedFor: stores.map { _ in nil },
                lateChecks: stores.map { _ in 0 })
        )
        return sessions.count - 1
    }

    /// Watches a token that opens nothing, or does not any more.
    func add(ended token: SessionToken) {
        let number = add(token, of: "nobody")
        sessions[number].mayBeRefused = true
        sessions[number].endedFor = stores.map { _ in .now }
    }

    /// From now on the session may end at any moment.
    func willEnd(_ number: Int) { sessions[number].mayBeRefused = true }

    /// Its end was acknowledged just now.
    /// - Parameter store: the one that ended it, which has to know it at once; nil: none of these.
    func hasEnded(_ number: Int, by store: Int? = nil) {
        let now = BootInstant.now
        for index in stores.indices {
            sessions[number].endedFor[index] = index == store ? now : now + TestStore.revocationDelay
        }
    }

    /// Whether each store has answered several checks of each session that has ended which began when it had to know.
    var hasSeenEnds: Bool {
        sessions.allSatisfy { session in
            !session.mayBeRefused || session.lateChecks.allSatisfy { $0 >= 3 }
        }
    }

    /// Begins no further check, and waits for those under way.
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
