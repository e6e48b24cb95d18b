/// The moment at which a wait gives up.
package struct Deadline: Sendable {
    package let instant: ContinuousClock.Instant

    package init(within duration: Duration) {
        instant = ContinuousClock.now + duration
    }

    package var remaining: Duration { max(.zero, instant - .now) }
    package var hasPassed: Bool { ContinuousClock.now >= instant }

    /// What is left, in the milliseconds that poll(2) takes, rounded up so that poll never returns too early.
    var pollTimeout: Int32 {
        let (seconds, attoseconds) = remaining.components
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
