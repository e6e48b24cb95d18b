/// What a server says it is when it is asked by `ROLE`.
package enum RedisRole: String, Equatable, Sendable {
    case primary = "master"
    case replica = "slave"
    case sentinel

    /// Reads the reply to `ROLE`.
    package init(_ reply: RedisReply) throws(RedisProtocolProblem) {
        let command = "ROLE"
        if case .error(let error) = reply { throw .refused(command: command, error) }
        guard case .array(let parts) = reply, let word = parts.first?.bytes,
            let role = RedisRole(rawValue: String(decoding: word, as: UTF8.self))
        else { throw .unexpected(command: command, part: "none of master, slave and sentinel") }
        self = role
    }
}
