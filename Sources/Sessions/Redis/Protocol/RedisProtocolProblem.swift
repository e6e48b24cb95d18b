/// A reply that contradicts the command's documentation: the peer is not a Redis server or is out of sync.
package enum RedisProtocolProblem: Error, Equatable, Sendable {
    /// The server refused the command.
    case refused(command: String, RedisServerError)
    /// The reply is invalid. `part` names the invalid part, without any text of the reply.
    case unexpected(command: String, part: String)
}

extension RedisProtocolProblem: CustomStringConvertible {
    /// The problem in one line, for the log.
    package var description: String {
        switch self {
        case .refused(let command, let error): "\(command) was refused: \(error)"
        case .unexpected(let command, let part): "unexpected reply to \(command): \(part)"
        }
    }
}
