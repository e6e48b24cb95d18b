/// The point in time at which a wait ends unsuccessfully.
package struct Deadline: Sendable {
    package let instant: ContinuousClock.Instant

    package init(within duration: Duration) {
        instant = ContinuousClock.now + duration
    }

    package var remaining: Duration { max(.zero, instant - .now) }
    package var hasPassed: Bool { ContinuousClock.now >= instant }

    /// The remaining time in milliseconds for poll(2), rounded up so that poll never returns early.
    var pollTimeout: Int32 {
        let (seconds, attoseconds) = remaining.components
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
