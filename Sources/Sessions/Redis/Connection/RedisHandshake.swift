/// What a new connection goes through before it may be used: who we are, which database, whether it is the primary, and
/// a question like those to come.
struct RedisHandshake: Sendable {
    enum Step: Sendable {
        case authenticate(RedisCommand)
        case select(RedisCommand)
        case role(RedisCommand)
        case probe(RedisCommand)

        var command: RedisCommand {
            switch self {
            case .authenticate(let command), .select(let command), .role(let command), .probe(let command): command
            }
        }
    }

    let steps: [Step]
    private let mayBeStranger: Bool

    /// For a server that keeps sessions.
    /// - Parameter mustBePrimary: whether it has to say so itself.
    init(_ location: RedisLocation, probe: RedisCommand, mustBePrimary: Bool) {
        var steps: [Step] = []
        if let credentials = location.credentials { steps.append(.authenticate(Self.authentication(credentials))) }
        if location.database > 0 { steps.append(.select(RedisCommand("SELECT", "\(location.database)"))) }
        if mustBePrimary { steps.append(.role(RedisCommand("ROLE"))) }
        steps.append(.probe(probe))
        self.steps = steps
        mayBeStranger = false
    }

    /// For a server that is asked something else.
    /// - Parameter mayBeStranger: whether it may not know our password, as sentinels often do not.
    init(authenticatingBy location: RedisLocation, mayBeStranger: Bool) {
        steps = location.credentials.map { [.authenticate(Self.authentication($0))] } ?? []
        self.mayBeStranger = mayBeStranger
    }

    private static func authentication(_ credentials: RedisCredentials) -> RedisCommand {
        if let username = credentials.username { return RedisCommand("AUTH", username, credentials.password) }
        return RedisCommand("AUTH", credentials.password)
    }

    /// Why the server is of no use; nil: it is.
    func objection(to reply: RedisReply, at step: Step) -> RedisError? {
        switch (step, reply) {
        case (.authenticate, .status), (.select, .status): nil
        case (.authenticate, .error) where mayBeStranger: nil
        case (.probe, let reply): RedisExpectation.value.objection(to: reply)
        case (.role, .array(let elements)):
            elements.first == .string(Array("master".utf8)) ? nil : .refused("the server is a replica")
        case (_, .error(let error)): .refused(error.description)
        case (.authenticate, _), (.select, _), (.role, _):
            .confusion("a reply of another kind than was asked for")
        }
    }
}
