/// A reply that is not what the command's documentation promises: the server is none of Redis, or not in the mood.
package enum RedisProtocolProblem: Error, Equatable, Sendable {
    /// The command was refused.
    case refused(command: String, RedisServerError)
    /// `part` says what of the reply is wrong; nothing of the reply itself is in it.
    case unexpected(command: String, part: String)
}

extension RedisProtocolProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let command, let error): "\(command) was refused: \(error)"
        case .unexpected(let command, let part): "the reply to \(command) makes no sense: \(part)"
        }
    }
}
