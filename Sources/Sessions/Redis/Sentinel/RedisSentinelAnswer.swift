package import EventLoop

/// A sentinel's answer to the question which server is the primary of a service.
package enum RedisSentinelAnswer: Equatable, Sendable {
    /// The address of the primary.
    case primary(ServerAddress)
    /// The sentinel does not monitor a service of this name.
    case unknownService

    /// Reads the reply to `SENTINEL GET-MASTER-ADDR-BY-NAME`.
    /// - Throws: ``RedisProtocolProblem`` for a refusal or an invalid reply.
    package init(_ reply: RedisReply) throws(RedisProtocolProblem) {
        let command = "SENTINEL GET-MASTER-ADDR-BY-NAME"
        switch reply {
        case .null: self = .unknownService
        case .error(let error): throw .refused(command: command, error)
        case .array(let parts):
            guard parts.count == 2, let host = parts[0].bytes, let digits = parts[1].bytes,
                let port = RedisHostName.port(digits), case .host(let name) = RedisNodeName(host)
            else { throw .unexpected(command: command, part: "no host and port") }
            self = .primary(.tcp(host: name, port: port))
        case .string, .status, .integer: throw .unexpected(command: command, part: "no host and port")
        }
    }
}
