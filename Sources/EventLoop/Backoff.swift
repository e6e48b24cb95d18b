/// The delay before the next attempt. Doubles from `first` to `longest`, with jitter, so that processes that lost the
/// same server at the same time do not reconnect at the same time.
package struct Backoff: Sendable {
    private let first: Duration
    private let longest: Duration
    private var failures = 0

    /// Creates a backoff without failures.
    /// - Parameters:
    ///   - first: The upper bound of the first delay.
    ///   - longest: The upper bound of all delays.
    package init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// Counts one more failure and returns the delay after it: between half and all of `first * 2^failures`, at most
    /// `longest`.
    /// - Parameter random: A number from 0 up to, but not including, 1.
    package mutating func next(random: Double = .random(in: 0..<1)) -> Duration {
        let full = min(longest.nanoseconds, first.nanoseconds << min(failures, 20))
        failures += 1
        return .nanoseconds(full / 2 + Int64(Double(full / 2) * random))
    }

    /// Resets the delay to `first`, after a successful attempt.
    package mutating func reset() { failures = 0 }
}
