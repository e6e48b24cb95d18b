internal import EventLoop

/// Decides whether a look-up may rely on an ``EpochReading``, or must compare the epochs itself. A pure state machine.
///
/// An end of all sessions that is not in the session's row takes effect everywhere within `leaseTime` all the same:
///
/// - A look-up that relies on a reading answers at worst what was true at the reading: an end that was committed before is
///   either in `endedBefore` or in the row. Its answer is used less than `leaseTime` after the sending of the reading's
///   heartbeat, which sees what was committed before that. Otherwise the look-up is repeated with the comparison.
/// - A snapshot of its answer is dated by the reading and not by the look-up. So an end that it has missed is later than the
///   snapshot, and rules 2 and 3 of ``FreshnessRule`` refuse it as they refuse any other older snapshot.
///
/// Nothing depends on notifications here. They only make the end take effect at once.
struct EpochReadings {
    /// The time within which an end takes effect.
    private let leaseTime: Duration
    private var last: EpochReading?
    /// The number of heartbeats to come whose readings do not count. Initially one, whose snapshots would not be later than
    /// the beginning of listening, see rule 2.
    private var ignored = 1

    init(leaseTime: Duration) {
        self.leaseTime = leaseTime
    }

    /// Handles a complete heartbeat.
    mutating func take(_ heartbeat: ReadDialogue.SentHeartbeat) {
        if ignored == 0 {
            last = EpochReading(heartbeat)
        } else {
            ignored -= 1
        }
    }

    /// Handles a notification, or an act of this process, that may have ended sessions which their rows do not show yet.
    /// - Parameter pending: The number of heartbeats that were sent before. The one after them would be no later than the
    ///   mark that it settles, see rule 3.
    mutating func hear(pending: Int) {
        last = nil
        ignored = pending + 1
    }

    /// Returns the reading that a look-up sent now may rely on, or nil. With half of the time left its answer is seldom late.
    func reading(at now: BootInstant) -> EpochReading? {
        guard let last, now - last.sentAt < leaseTime / 2 else { return nil }
        return last
    }

    /// Returns whether an answer that relies on a reading may be used.
    func allow(_ reading: EpochReading?, at now: BootInstant) -> Bool {
        guard let reading else { return true }
        return now - reading.sentAt < leaseTime
    }
}
