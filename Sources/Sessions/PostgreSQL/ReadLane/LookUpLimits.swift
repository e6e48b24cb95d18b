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
    var connectionWait = Duration.milliseconds(300)

    /// The maximum time between two heartbeats: the keys must be fresh even if nothing depends on the lease.
    private static let maxHeartbeatInterval = Duration.seconds(2)

    /// Returns whether one more look-up may be sent: beyond the limits it would wait too long, and so would a heartbeat
    /// behind it.
    /// - Parameters:
    ///   - count: The number of look-ups without an answer.
    ///   - oldest: The time of sending of the oldest pending one, or nil if there is none.
    ///   - now: The current instant.
    func allowMore(than count: Int, oldest: BootInstant?, at now: BootInstant) -> Bool {
        guard count < lookUps else { return false }
        return oldest.map { now - $0 <= min(.milliseconds(500), leaseTime / 2) } ?? true
    }

    /// Returns the time between two heartbeats.
    /// - Parameter renewsLease: True if heartbeats renew the lease.
    func heartbeatInterval(renewsLease: Bool) -> Duration {
        renewsLease ? min(Self.maxHeartbeatInterval, leaseTime / 4) : Self.maxHeartbeatInterval
    }
}
