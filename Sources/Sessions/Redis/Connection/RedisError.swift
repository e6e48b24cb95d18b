internal import EventLoop

/// Why a Redis server was of no use.
enum RedisError: Error, Equatable, Sendable {
    /// No connection, or it ended.
    case connection(String)
    /// No reply within the deadline.
    case deadline
    /// The server said something that does not fit what it was asked.
    case confusion(String)
    /// The server refused what nothing goes without, with its own words.
    case refused(String)

    /// One line for an operator.
    var reason: String {
        switch self {
        case .connection(let text), .refused(let text): text
        case .deadline: "no reply within the deadline"
        case .confusion(let text): "the server's replies are not understood: \(text)"
        }
    }
}
