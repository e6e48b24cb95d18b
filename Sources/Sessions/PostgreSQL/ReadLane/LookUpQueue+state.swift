internal import EventLoop

/// The parts of a ``LookUpQueue``.
extension LookUpQueue {
    /// The state of the connection.
    enum State {
        /// There is no connection. Look-ups wait for the next one. Next: `connected` or `closed`.
        case disconnected(WaitingLookUps)
        /// Look-ups are sent at the end of each turn. Next: `disconnected` after a loss, or `closed`.
        case connected(ReadDialogue)
        /// All look-ups fail. Final.
        case closed

        /// The dialogue on the connection, or nil if there is none.
        var dialogue: ReadDialogue? { if case .connected(let dialogue) = self { dialogue } else { nil } }

        /// The time of sending of the oldest pending look-ups, or nil if there are none.
        var oldestLookUps: BootInstant? {
            if case .connected(let dialogue) = self { dialogue.oldestLookUps } else { nil }
        }

        /// The end of the first time limit, or nil if none is running.
        var wakeAt: BootInstant? {
            switch self {
            case .disconnected(let waiting): waiting.wakeAt
            case .connected(let dialogue): dialogue.nextDeadline
            case .closed: nil
            }
        }

        /// Adds a look-up to those of this turn, or to those that wait.
        /// - Returns: True if it adds the turn's first message.
        mutating func add(_ key: LookUpKey, deadline: BootInstant, at now: BootInstant) -> Bool {
            guard case .disconnected(var waiting) = self else { return onConnection { $0.ask(key) } ?? false }
            self = .closed  // as in `onConnection`
            waiting.add(key, deadline: deadline, at: now)
            self = .disconnected(waiting)
            return false
        }

        /// Changes the dialogue, if there is a connection.
        mutating func onConnection<T>(_ change: (inout ReadDialogue) -> T) -> T? {
            guard case .connected(var dialogue) = self else { return nil }
            // Gives up the second reference to the dialogue's arrays, which would be copied otherwise.
            self = .closed
            defer { self = .connected(dialogue) }
            return change(&dialogue)
        }
    }

    /// The answer to a check: the session, nil if there is none, or the reason why it cannot be determined.
    typealias Answer = Result<PackedSession?, SessionStoreError>

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
        case announceHeartbeat
    }
}
