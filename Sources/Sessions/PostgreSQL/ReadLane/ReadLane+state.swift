internal import EventLoop

/// The state of a ``ReadLane``.
extension ReadLane {
    /// The server at the other end of the connection, or nil if there is none.
    var origin: ServerIncarnation? { queue.server?.origin }

    /// The time when the connection was opened, or nil if there is none.
    var openedAt: BootInstant? { queue.server?.openedAt }

    /// The newest token keys, or nil before the first heartbeat.
    var keys: TokenKeys? { queue.known.keys }

    /// The keys of seals, as ``SealKeys`` reads them; nil if there are none, and before the first heartbeat.
    var sealKeys: [UInt8]? { queue.known.sealKeys }

    /// A Boolean value that indicates whether a new key of seals should be made.
    var needsSealKey: Bool { queue.known.needsSealKey }

    /// The time of sending of the last confirmed heartbeat.
    var lastHeartbeat: BootInstant? { queue.known.sentAt }

    /// A Boolean value that indicates whether there is a connection on which a heartbeat was answered.
    var answers: Bool { queue.server != nil && connectionFailure == nil }

    /// A Boolean value that indicates whether look-ups cost PostgreSQL more, until ended sessions are removed.
    var hasUntidiedUsers: Bool { queue.known.hasUntidiedUsers }

    /// A Boolean value that indicates whether the keys are fresh enough to state that a tag made with none of them was
    /// never issued.
    var knowsAllKeys: Bool { queue.knowsAllKeys(at: .now) }

    /// The reason why there is no connection; nil if there is one that has answered, and before the first attempt fails.
    var connectionFailure: String? { connector.failure }
}
