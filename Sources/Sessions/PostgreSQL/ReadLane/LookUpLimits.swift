internal import EventLoop

/// The limits of a ``LookUpQueue``.
struct LookUpLimits {
    /// The time within which a revocation takes effect.
    let leaseTime: Duration
    /// The maximum time from a check to its answer, and from a message to its reply.
    let deadline: Duration
    /// The maximum number of look-ups without an answer.
    let lookUps: Int
    /// The maximum wait of a look-up for a connection.
    let connectionWait: Duration
    /// The maximum wait while it is certain that PostgreSQL does not answer.
    var silentWait: Duration { min(connectionWait, Self.defaultWait) }
    /// The maximum age of the oldest pending look-ups. Computed once: a division of durations is slow.
    private let maxPendingTime: Duration

    /// The maximum time between two heartbeats: the keys must be fresh however long the lease is.
    private static let maxHeartbeatInterval = Duration.seconds(2)
    /// The maximum wait of a look-up for a connection, unless it is used to find out whether PostgreSQL answers.
    static let defaultWait = Duration.milliseconds(300)

    /// Creates limits.
    /// - Parameters:
    ///   - leaseTime: The time within which a revocation takes effect.
    ///   - deadline: The maximum time from a check to its answer, and from a message to its reply.
    ///   - lookUps: The maximum number of look-ups without an answer.
    ///   - connectionWait: The maximum wait of a look-up for a connection.
    init(
        leaseTime: Duration, deadline: Duration, lookUps: Int, connectionWait: Duration = defaultWait
    ) {
        self.leaseTime = leaseTime
        self.deadline = deadline
        self.lookUps = lookUps
        self.connectionWait = connectionWait
        maxPendingTime = min(.milliseconds(500), leaseTime / 2)
    }

    /// Creates the limits for a lane. If known sessions may be accepted while PostgreSQL does not answer, there must be time to
    /// find out that it does not.
    @EventLoop
    init(_ configuration: PostgreSQLConfiguration, _ memory: SessionMemory) {
        self.init(
            leaseTime: memory.leaseTime, deadline: configuration.lookUpDeadline, lookUps: configuration.lookUpLimit,
            connectionWait: memory.outlastsLease ? configuration.lookUpDeadline : Self.defaultWait)
    }

    /// Returns whether one more look-up may be sent: beyond the limit it would wait too long, and so would a heartbeat
    /// behind it.
    /// - Parameters:
    ///   - oldest: The time of sending of the oldest pending one, or nil if there is none.
    ///   - now: The current instant.
    func allowMore(oldest: BootInstant?, at now: BootInstant) -> Bool {
        oldest.map { now - $0 <= maxPendingTime } ?? true
    }

    /// The time between two heartbeats, which renew the lease and read the epochs.
    var heartbeatInterval: Duration { min(Self.maxHeartbeatInterval, leaseTime / 4) }
}
