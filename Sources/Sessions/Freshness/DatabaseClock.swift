package import EventLoop

/// An upper bound of the database's clock between heartbeats: never less than that clock shows.
///
/// The bound is the greatest that the recent heartbeats allow. Therefore a clock that is set back does not make old
/// snapshots young again; after a while the bound follows the database's clock again.
package struct DatabaseClock: Sendable {
    /// The greatest recent offset of the database's clock from this machine's, in microseconds.
    private var present: Int64?
    private var past: Int64?
    private var presentSince: BootInstant?

    /// The minimum time for which a reading counts.
    private let memory: Duration

    init(memory: Duration) {
        self.memory = memory
    }

    /// Records a reading of the database's clock.
    /// - Parameters:
    ///   - value: The reading.
    ///   - sent: An instant before the reading.
    /// - Returns: True if the clock turns out to have been set back, by more than the variation between heartbeats.
    mutating func advance(to value: DatabaseInstant, readAfter sent: BootInstant) -> Bool {
        let before = ahead
        let ahead = value.microseconds - sent.nanoseconds / 1000
        present = max(present ?? ahead, ahead)
        if let presentSince, sent - presentSince < memory { return false }
        presentSince = sent
        past = present
        present = ahead
        guard let before, let after = self.ahead else { return false }
        return before - after > 1_000_000
    }

    /// Returns the upper bound of the database's clock at an instant, or nil before the first heartbeat.
    package func value(at now: BootInstant) -> DatabaseInstant? {
        // Rounded up here and down above, so that the bound is never too low.
        ahead.map { DatabaseInstant(microseconds: (now.nanoseconds + 999) / 1000 + $0) }
    }

    private var ahead: Int64? { present.map { max($0, past ?? $0) } }
}
