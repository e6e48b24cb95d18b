/// The role of a server, as reported by `ROLE`.
package enum RedisRole: String, Equatable, Sendable {
    case primary = "master"
    case replica = "slave"
    case sentinel

    /// Reads the reply to `ROLE`.
    /// - Throws: ``RedisProtocolProblem`` for a refusal or an unknown role.
    package init(_ reply: RedisReply) throws(RedisProtocolProblem) {
        let command = "ROLE"
        if case .error(let error) = reply { throw .refused(command: command, error) }
        guard case .array(let parts) = reply, let word = parts.first?.bytes,
            let role = RedisRole(rawValue: String(decoding: word, as: UTF8.self))
        else { throw .unexpected(command: command, part: "neither master nor slave nor sentinel") }
        self = role
    }
}
