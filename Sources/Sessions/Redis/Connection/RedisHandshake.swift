/// What a new connection goes through before it may be used: who we are, which database, whether it is the primary, and
/// a question like those to come.
struct RedisHandshake: Sendable {
    enum Step: Sendable {
        case authenticate(RedisCommand)
        case select(RedisCommand)
        case role(RedisCommand)
        case probe(RedisProbe)

        var command: RedisCommand {
            switch self {
            case .authenticate(let command), .select(let command), .role(let command): command
            case .probe(let probe): probe.command
            }
        }
    }

    let steps: [Step]
    private let mayBeStranger: Bool
    private let password: String?

    /// For a server that keeps sessions.
    /// - Parameter mustBePrimary: whether it has to say so itself.
    init(_ location: RedisLocation, probe: RedisProbe, mustBePrimary: Bool) {
        var steps: [Step] = []
        if let credentials = location.credentials { steps.append(.authenticate(Self.authentication(credentials))) }
        if location.database > 0 { steps.append(.select(RedisCommand("SELECT", "\(location.database)"))) }
        if mustBePrimary { steps.append(.role(RedisCommand("ROLE"))) }
        steps.append(.probe(probe))
        self.steps = steps
        mayBeStranger = false
        password = location.credentials?.password
    }

    /// For a server that is asked something else.
    /// - Parameter mayBeStranger: whether it may not know our password, as sentinels often do not.
    init(authenticatingBy location: RedisLocation, mayBeStranger: Bool) {
        steps = location.credentials.map { [.authenticate(Self.authentication($0))] } ?? []
        self.mayBeStranger = mayBeStranger
        password = location.credentials?.password
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
        case (.authenticate, .error(let error)): .refused(wording(of: error))
        case (.probe(let probe), let reply): probe.expectation.objection(to: reply)
        case (.role, let reply): roleObjection(to: reply)
        case (_, .error(let error)): .refused(error.description)
        case (.authenticate, _), (.select, _):
            .confusion("a reply of another kind than was asked for")
        }
    }

    private func roleObjection(to reply: RedisReply) -> RedisError? {
        do throws(RedisProtocolProblem) {
            switch try RedisRole(reply) {
            case .primary: return nil
            case .replica: return .refused("the server is a replica")
            case .sentinel: return .refused("the server is a sentinel")
            }
        } catch {
            switch error {
            case .refused(_, let error): return .refused(error.description)
            case .unexpected: return .confusion("\(error)")
            }
        }
    }

    /// An error in the server's words, unless they repeat the password, as Redis does when it has no such command: cut
    /// off somewhere.
    private func wording(of error: RedisServerError) -> String {
        let repeats = error.text.contains("with args") || password.map { error.text.contains($0.prefix(16)) } ?? false
        return repeats ? "\(error.code) (AUTH was refused, with words that are not fit for a log)" : error.description
    }
}
