internal import EventLoop

/// The results of a ``LookUpQueue``.
extension LookUpQueue {
    /// The answer to a check: the session, nil if there is none, or the reason why it cannot be determined.
    typealias Answer = Result<PackedSession?, SessionStoreError>

    static var closed: Answer { .failure(.unavailable("the store was closed")) }
    static var unreachable: Answer { .failure(.unavailable("PostgreSQL is not reachable")) }
    static var expired: Answer { .failure(.unavailable(PostgreSQLError.deadline.reason)) }

    /// An action of the lane.
    enum Action {
        /// Open a connection, after the delay that earlier failures require.
        case connect
        /// Handle the notifications that have arrived, then close the connection.
        case disconnect
        /// Report that the connection was lost, which delays the next attempt.
        case reportLoss(PostgreSQLError)
        /// Log a failed statement.
        case reportFailure(PostgreSQLError)
        /// Log a row that cannot be read.
        case reportUnreadableRow(String)
        /// Call `turnEnds(at:)` at the end of this turn.
        case awaitTurnEnd
        /// Call `expire(_:at:)` at that time.
        case expire(LookUpKey, at: BootInstant)
        /// Store PostgreSQL's result for a hash, nil if there is no live session, and then answer the checks with it.
        case found(SessionSnapshot?, SHA256Digest, [Asker])
        /// Answer the checks.
        case answer([Asker], Answer)
        /// Renew the lease. PostgreSQL answers.
        case confirm(ReadDialogue.SentHeartbeat, isFirst: Bool, isListening: Bool)
        /// End the lease.
        case endLease
        /// Treat all sessions up to now as revoked.
        case revokeEverything
        /// Report that a heartbeat was confirmed.
        case announceHeartbeat(NotificationState)
    }
}
