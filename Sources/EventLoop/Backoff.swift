/// How long to wait before the next try: doubles from `first` to `longest`, with jitter, so that many processes that
/// lost the same server do not come back in step.
package struct Backoff: Sendable {
    private let first: Duration
    private let longest: Duration
    private var failures = 0

    package init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// The wait after one more failure: between half and all of `first * 2^failures`, at most `longest`.
    /// - Parameter random: from 0 up to, but not including, 1.
    package mutating func next(random: Double = .random(in: 0..<1)) -> Duration {
        let full = min(longest.nanoseconds, first.nanoseconds << min(failures, 20))
        failures += 1
        return .nanoseconds(full / 2 + Int64(Double(full / 2) * random))
    }

    /// What was tried has worked.
    package mutating func reset() { failures = 0 }
}
