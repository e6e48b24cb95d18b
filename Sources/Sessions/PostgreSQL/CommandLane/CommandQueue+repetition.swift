internal import EventLoop

/// Which commands are sent again.
extension CommandQueue {
    /// Returns whether the command at the server may be sent again after the loss of the connection.
    func mayRepeat(_ command: Command, after error: PostgreSQLError) -> Bool {
        guard !command.wasRepeated, error != .deadline else { return false }
        switch state {
        case .preparing, .prepared, .counting: return true
        case .running, .answered, .idle, .disconnected, .connecting, .closed: break
        }
        if case .server(let state, _) = error, state.refusesConnection { return true }
        return command.isIdempotent
    }

    /// How a command is sent again on the same connection.
    enum Repetition: Equatable {
        /// At once, since it conflicted with another transaction.
        case atOnce
        /// At once, without notifications: those of other sessions hold up its commit.
        case counting
        /// When the other commands had their turn, since somebody holds a lock.
        case later
    }

    /// Returns how a command is sent again after an answer, or nil if the answer is final. The server has rolled it back.
    func repetition(
        of command: Command, after failure: PostgreSQLError?, on connection: Connection, at now: BootInstant
    ) -> Repetition? {
        guard case .server(let reason, _)? = failure else { return nil }
        if reason.asksForRepetition { return command.isIdempotent && !command.wasRepeated ? .atOnce : nil }
        guard reason == .lockNotAvailable else { return nil }
        // A commit waits for nothing but the lock of notifications.
        if command.failedInCommit, connection.keepsState, !command.isCounted { return .counting }
        guard let limit = command.lockLimit, now < limit else { return nil }
        return .later
    }

    /// Returns whether an error is the command's answer although it usually ends the connection: a read-only server that
    /// was not a standby a moment ago is the primary, and another connection would get the same error.
    func isAnswer(_ error: PostgreSQLError, at now: BootInstant) -> Bool {
        guard error.isReadOnlyTransaction, let openedAt else { return false }
        return now - openedAt < Self.certainty
    }
}
