internal import EventLoop

/// A heartbeat's reading of the epochs that end all sessions of a user, or of everybody, at a time when every ended session
/// was also recognisable by its own row (`user_epochs.tidied_before` in the database). A look-up that relies on it does not
/// read the rows of the epochs, which would cost PostgreSQL 45 % more time for each look-up.
struct EpochReading: Equatable {
    /// Sessions with a lower general epoch have ended.
    let endedBefore: Int64
    /// The database's clock at the reading.
    let clock: DatabaseInstant
    /// The time of the heartbeat's sending.
    let sentAt: BootInstant
}

extension EpochReading {
    /// Returns nil if look-ups must read the epochs themselves.
    init?(_ heartbeat: ReadDialogue.SentHeartbeat) {
        guard !heartbeat.heartbeat.hasUntidiedUsers else { return nil }
        self.init(
            endedBefore: heartbeat.heartbeat.endedBefore, clock: heartbeat.heartbeat.clock, sentAt: heartbeat.sentAt)
    }
}
