package import EventLoop

/// What this process knows of the database's clock between two heartbeats: never less than that clock shows.
///
/// It is the greatest that the heartbeats of the last while allow, so that a clock that is set back makes nothing young
/// again that was old before; and a while later it follows the database's clock again.
package struct DatabaseClock: Sendable {
    /// How much the database's clock, in microseconds, is ahead of this machine's: the greatest of a while.
    private var present: Int64?
    private var past: Int64?
    private var presentSince: BootInstant?

    /// How long a reading counts at least.
    private let memory: Duration

    init(memory: Duration) {
        self.memory = memory
    }

    /// The database's clock showed `value` at some moment after `sent`.
    /// - Returns: whether it turns out that the clock was set back, by more than what heartbeats differ anyway.
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

    /// What the database's clock shows at most by now; nil before the first heartbeat.
    package func value(at now: BootInstant) -> DatabaseInstant? {
        // Rounded up here and down above: rather too much than too little.
        ahead.map { DatabaseInstant(microseconds: (now.nanoseconds + 999) / 1000 + $0) }
    }

    private var ahead: Int64? { present.map { max($0, past ?? $0) } }
}
