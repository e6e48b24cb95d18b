import EventLoop
import Sessions

/// Checks of one token as a gate makes them, a new one every few milliseconds whatever became of those before, and what
/// each of them said.
@EventLoop
final class CheckWatch {
    enum Answer {
        /// Accepted, from memory.
        case kept
        /// Accepted, on PostgreSQL's word.
        case confirmed
        case refused
        case cannotTell
    }

    struct Check: Sendable, CustomStringConvertible {
        let begunAt: BootInstant
        let endedAt: BootInstant
        let answer: Answer

        var isAccepted: Bool { answer == .kept || answer == .confirmed }
        var description: String { "\(answer) after \(endedAt - begunAt)" }
    }

    private let store: SessionStore
    private let token: SessionToken
    private let interval: Duration
    private var isStopped = false
    private var underWay = 0

    /// Those that are over.
    private(set) var checks: [Check] = []

    init(_ store: SessionStore, _ token: SessionToken, every interval: Duration = .milliseconds(2)) {
        self.store = store
        self.token = token
        self.interval = interval
        check()
    }

    /// Begins no further check, and waits for those under way.
    func stop() async -> [Check] {
        isStopped = true
        while underWay > 0 { await Reactor.shared.sleep(for: .milliseconds(2)) }
        return checks
    }

    private func check() {
        guard !isStopped else { return }
        Reactor.shared.schedule(after: interval) { [self] in check() }
        let begunAt = BootInstant.now
        if store.keptSession(for: token) != nil { return add(begunAt, .kept) }
        underWay += 1
        store.lookUp(token) { [self] result in
            underWay -= 1
            switch result {
            case .success(.some): add(begunAt, .confirmed)
            case .success(.none): add(begunAt, .refused)
            case .failure: add(begunAt, .cannotTell)
            }
        }
    }

    private func add(_ begunAt: BootInstant, _ answer: Answer) {
        checks.append(Check(begunAt: begunAt, endedAt: .now, answer: answer))
    }
}

extension [CheckWatch.Check] {
    /// Those that began after this moment and accepted the token all the same.
    func accepted(after moment: BootInstant) -> [CheckWatch.Check] { filter { $0.isAccepted && $0.begunAt > moment } }

    /// Those that were over before this moment and turned the token away.
    func refused(before moment: BootInstant) -> [CheckWatch.Check] {
        filter { $0.answer == .refused && $0.endedAt < moment }
    }
}
