/// Keeps from a server that fails again and again what would only wait for it. Time is passed in; it does nothing by
/// itself.
package struct CircuitBreaker: Sendable {
    package enum State: Equatable, Sendable {
        /// The server may be asked. After several failures in a row it becomes `open`.
        case closed
        /// The server is left alone until then; then `halfOpen`.
        case open(until: BootInstant)
        /// One try is under way, which shows whether the server is well again. Then `closed`, or `open` for longer.
        case halfOpen
    }

    package private(set) var state = State.closed
    private var failures = 0
    private var backoff: Backoff

    /// So many failures in a row are no accident.
    private static let maxFailures = 3

    /// - Parameter backoff: how long it stays open.
    package init(backoff: Backoff) {
        self.backoff = backoff
    }

    /// The server did not do what it was asked, or not in time.
    package mutating func failed(at now: BootInstant) {
        failures += 1
        if state == .halfOpen || failures >= Self.maxFailures { state = .open(until: now + backoff.next()) }
    }

    /// The wait is over: now there is one try.
    package mutating func probe() { state = .halfOpen }

    /// The try has worked. From now on the server may be asked, but the next failure opens the breaker again.
    package mutating func markHealthy() {
        state = .closed
        failures = min(failures, Self.maxFailures - 1)
    }

    /// The server did what it was asked in earnest.
    package mutating func succeeded() {
        guard failures > 0 else { return }
        failures = 0
        backoff.reset()
    }
}
