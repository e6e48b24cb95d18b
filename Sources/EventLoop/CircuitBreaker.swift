/// A circuit breaker: after repeated failures of a server, requests that would only wait for it are refused at once.
/// Time is passed in; the type does no I/O.
package struct CircuitBreaker: Sendable {
    /// The state of a breaker.
    package enum State: Equatable, Sendable {
        /// Requests are allowed. Next: `open`, after several failures in a row.
        case closed
        /// No requests are allowed until the given instant. Next: `halfOpen`.
        case open(until: BootInstant)
        /// One probe is under way, which shows whether the server has recovered. Next: `closed`, or `open` for a longer
        /// time.
        case halfOpen
    }

    /// The present state.
    package private(set) var state = State.closed
    private var failures = 0
    private var backoff: Backoff

    /// The number of failures in a row that opens the breaker.
    private static let maxFailures = 3

    /// Creates a closed breaker.
    /// - Parameter backoff: The times for which the breaker stays open.
    package init(backoff: Backoff) {
        self.backoff = backoff
    }

    /// Records a failed request, also one that timed out.
    package mutating func failed(at now: BootInstant) {
        failures += 1
        if state == .halfOpen || failures >= Self.maxFailures { state = .open(until: now + backoff.next()) }
    }

    /// Starts the one probe of an open breaker whose time is over.
    package mutating func probe() { state = .halfOpen }

    /// Closes the breaker after a successful probe. The next failure opens it again.
    package mutating func markHealthy() {
        state = .closed
        failures = min(failures, Self.maxFailures - 1)
    }

    /// Records a successful request, as opposed to a probe.
    package mutating func succeeded() {
        guard failures > 0 else { return }
        failures = 0
        backoff.reset()
    }
}
