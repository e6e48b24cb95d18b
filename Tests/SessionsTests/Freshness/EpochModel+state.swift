@testable import Sessions

extension EpochModel {
    struct Row {
        let userEpoch: Int64
        let generalEpoch: Int64
        /// False from the tidying on.
        var looksLive = true
        /// The time of the end, or nil.
        var ended: Double?
    }

    struct Database {
        var rows: [Row] = []
        var userEpoch: Int64 = 0
        var generalEpoch: Int64 = 0
        var isTidied = true
        var notifications: [(time: Double, revocation: Revocation)] = []
    }

    /// A message on a connection, which is executed and answered after the ones before it.
    struct Message {
        enum Kind {
            case heartbeat
            case lookUp(Int, EpochReading?, askedAt: Double)
        }

        let kind: Kind
        let sentAt: Double
        let executesAt: Double
        let answersAt: Double
        /// The answer, from the execution on: for a look-up, whether the session is live.
        var executed: (endedBefore: Int64, isTidied: Bool, isLive: Bool)?
    }

    struct Worker {
        var rule = FreshnessRule(leaseTime: .seconds(EpochModel.leaseTime))
        var readings = EpochReadings(leaseTime: .seconds(EpochModel.leaseTime))
        var cache: [Int: SessionSnapshot] = [:]
        var messages: [Message] = []
        /// The time of the last notification that has arrived, at first that of the connection.
        var heardUntil = 0.0
        var isProven = false
        var nextBeat = 0.0
        var standsStillUntil = 0.0
    }

    /// The counts of what happened, so that a test can see that it was worth something.
    struct Counts {
        /// Checks that were answered by the kinds of answers.
        var (bySnapshot, byReading, byComparison) = (0, 0, 0)
        /// Answers that relied on a reading which was too old by then.
        var late = 0
        /// Accepted checks of sessions that had ended, in time.
        var lag = 0
        /// Accepted checks of sessions that had ended a lease before the check.
        var violations = 0
    }
}
