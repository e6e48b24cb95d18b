import EventLoop
import Sessions

/// Checks of many tokens at some hundred per second, regardless of the results of earlier ones, and their results.
@EventLoop
final class CheckFlood {
    struct Counts: Sendable, CustomStringConvertible {
        var kept = 0
        var confirmed = 0
        var refused = 0
        var failed = 0
        var overloaded = 0
        /// The duration of the slowest check.
        var longest = Duration.zero
        /// The maximum number of waiting checks.
        var mostWaiting = 0

        var description: String {
            "\(kept) kept, \(confirmed) confirmed, \(refused) refused, \(failed) failed, \(overloaded) overloaded, "
                + "longest \(longest), at most \(mostWaiting) waiting"
        }
    }

    private let store: SessionStore
    private let tokens: [SessionToken]
    private let perTurn: Int
    private var next = 0
    private var isStopped = false
    private var waiting = 0
    private(set) var counts = Counts()

    /// Starts the checks.
    ///
    /// - Parameter perTurn: The number of checks that start every two milliseconds.
    init(_ store: SessionStore, _ tokens: [SessionToken], perTurn: Int) {
        self.store = store
        self.tokens = tokens
        self.perTurn = perTurn
        turn()
    }

    /// Starts no further checks, and waits for those in flight.
    func stop() async -> Counts {
        isStopped = true
        while waiting > 0 { await Reactor.shared.sleep(for: .milliseconds(2)) }
        return counts
    }

    private func turn() {
        guard !isStopped else { return }
        Reactor.shared.schedule(after: .milliseconds(2)) { [self] in turn() }
        for _ in 0..<perTurn {
            check(tokens[next])
            next = (next + 1) % tokens.count
        }
    }

    private func check(_ token: SessionToken) {
        guard store.keptSession(for: token) == nil else {
            counts.kept += 1
            return
        }
        waiting += 1
        // Excludes checks that end before this function returns.
        defer { counts.mostWaiting = max(counts.mostWaiting, waiting) }
        let begunAt = BootInstant.now
        store.lookUp(token) { [self] result in
            waiting -= 1
            counts.longest = max(counts.longest, .now - begunAt)
            switch result {
            case .success(.some): counts.confirmed += 1
            case .success(.none): counts.refused += 1
            case .failure(.overloaded): counts.overloaded += 1
            case .failure(.unavailable), .failure(.readOnly), .failure(.invalid): counts.failed += 1
            }
        }
    }
}
