package import EventLoop

/// What this process knows of the database's clock between two heartbeats: never less than that clock shows, and it
/// never goes back, so that what was old once stays old.
package struct DatabaseClock: Sendable {
    private var reading: (value: DatabaseInstant, at: BootInstant)?

    package init() {}

    /// The database's clock showed `value` at some moment after `sent`.
    mutating func advance(to value: DatabaseInstant, readAfter sent: BootInstant) {
        if let known = self.value(at: sent), known > value { return }
        reading = (value, sent)
    }

    /// What the database's clock shows at most by now; nil before the first heartbeat.
    package func value(at now: BootInstant) -> DatabaseInstant? {
        guard let reading else { return nil }
        return reading.value + (now - reading.at)
    }
}
