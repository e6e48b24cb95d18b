import EventLoop
import Sessions

/// Repeated checks of one token as in a gate, with their results. A new check starts every few milliseconds, regardless
/// of the results of earlier ones.
@EventLoop
final class CheckWatch {
    enum Answer {
        /// Accepted from memory.
        case kept
        /// Accepted after a look-up in PostgreSQL.
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

    /// The completed checks.
    private(set) var checks: [Check] = []

    init(_ store: SessionStore, _ token: SessionToken, every interval: Duration = .milliseconds(2)) {
        self.store = store
        self.token = token
        self.interval = interval
        check()
    }

    /// Starts no further checks, and waits for those in flight.
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
    /// Returns the checks that started after a point in time and were accepted.
    func accepted(after moment: BootInstant) -> [CheckWatch.Check] { filter { $0.isAccepted && $0.begunAt > moment } }

    /// Returns the checks that ended before a point in time and were refused.
    func refused(before moment: BootInstant) -> [CheckWatch.Check] {
        filter { $0.answer == .refused && $0.endedAt < moment }
    }
}
