internal import EventLoop

/// Which commands are sent again.
extension CommandQueue {
    /// Returns whether the command at the server may be sent again after the loss of the connection.
    func mayRepeat(_ command: Command, after error: PostgreSQLError) -> Bool {
        guard !command.wasRepeated, error != .deadline else { return false }
        switch state {
        case .preparing, .prepared: return true
        case .running, .answered, .idle, .disconnected, .connecting, .closed: break
        }
        if case .server(let state, _) = error, state.refusesConnection { return true }
        return command.isIdempotent
    }

    /// Returns whether an error is the command's answer although it usually ends the connection: a read-only server that
    /// was not a standby a moment ago is the primary, and another connection would get the same error.
    func isAnswer(_ error: PostgreSQLError, at now: BootInstant) -> Bool {
        guard error.isReadOnlyTransaction, let openedAt else { return false }
        return now - openedAt < Self.certainty
    }
}
