internal import EventLoop

/// What the failure of an attempt to connect says about the server.
enum ServerSign {
    /// The server has answered, whatever it was.
    case answer
    /// The server does not answer.
    case silence
    /// Nothing: the failure is this process's own, or the server has answered and then fell silent.
    case nothing
}

extension PostgreSQLError {
    /// Returns what the failure of an attempt to connect says about the server.
    /// - Parameters:
    ///   - progress: How far the attempt had come.
    ///   - now: The current instant.
    func sign(after progress: ConnectionAttempt.Progress, at now: BootInstant) -> ServerSign {
        switch self {
        case .refused, .confusion, .unreadable, .notReady, .unusable: return .answer
        case .server(let state, let message): return state.isAbsence(message) ? .silence : .answer
        case .unsent, .replacement: return .nothing
        case .connection: if case .heard = progress { return .answer } else { return .silence }
        case .deadline:
            switch progress {
            case .asked(let askedAt): return now - askedAt >= ConnectionAttempts.minSilence ? .silence : .nothing
            case .unsent, .heard: return .nothing
            }
        }
    }
}
