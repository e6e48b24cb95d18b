internal import EventLoop

/// The reason why a Redis server cannot be used.
enum RedisError: Error, Equatable, Sendable {
    /// The connection could not be opened, or ended.
    case connection(String)
    /// No reply within the deadline.
    case deadline
    /// A reply violates the protocol or does not match its command.
    case confusion(String)
    /// The server refused a necessary command. The text is the server's.
    case refused(String)

    /// The reason in one line, for the log.
    var reason: String {
        switch self {
        case .connection(let text), .refused(let text): text
        case .deadline: "no reply within the deadline"
        case .confusion(let text): "protocol error: \(text)"
        }
    }
}
