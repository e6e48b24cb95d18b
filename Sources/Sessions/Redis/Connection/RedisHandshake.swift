/// The steps of a new connection before its use: authentication, selection of the database, a check of the role, and a
/// command like those to come.
struct RedisHandshake: Sendable {
    /// A step of the handshake.
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
    /// A Boolean value that indicates whether a refused AUTH is ignored.
    private let ignoresRefusedAuthentication: Bool
    private let password: String?

    /// Creates the handshake with a server that stores sessions.
    /// - Parameter mustBePrimary: True to verify with `ROLE` that the server is the primary.
    init(_ location: RedisLocation, probe: RedisProbe, mustBePrimary: Bool) {
        var steps: [Step] = []
        if let credentials = location.credentials { steps.append(.authenticate(Self.authentication(credentials))) }
        if location.database > 0 { steps.append(.select(RedisCommand("SELECT", "\(location.database)"))) }
        if mustBePrimary { steps.append(.role(RedisCommand("ROLE"))) }
        steps.append(.probe(probe))
        self.steps = steps
        ignoresRefusedAuthentication = false
        password = location.credentials?.password
    }

    /// Creates the handshake with a server for other commands.
    /// - Parameter ignoresRefusedAuthentication: True if the server need not know the password, which sentinels often
    ///   do not.
    init(authenticatingBy location: RedisLocation, ignoresRefusedAuthentication: Bool) {
        steps = location.credentials.map { [.authenticate(Self.authentication($0))] } ?? []
        self.ignoresRefusedAuthentication = ignoresRefusedAuthentication
        password = location.credentials?.password
    }

    private static func authentication(_ credentials: RedisCredentials) -> RedisCommand {
        if let username = credentials.username { return RedisCommand("AUTH", username, credentials.password) }
        return RedisCommand("AUTH", credentials.password)
    }

    /// Returns the reason why the server cannot be used after this reply, or nil if it can.
    func objection(to reply: RedisReply, at step: Step) -> RedisError? {
        switch (step, reply) {
        case (.authenticate, .status), (.select, .status): nil
        case (.authenticate, .error) where ignoresRefusedAuthentication: nil
        case (.authenticate, .error(let error)): .refused(wording(of: error, answersPassword: true))
        case (.probe(let probe), .error(let error)):
            probe.expectation.objection(to: reply).map { repeatsPassword(error) ? .refused(wording(of: error)) : $0 }
        case (.probe(let probe), let reply): probe.expectation.objection(to: reply)
        case (.role, let reply): roleObjection(to: reply)
        case (_, .error(let error)): .refused(wording(of: error))
        case (.authenticate, _), (.select, _):
            .confusion("unexpected type of reply")
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
            case .refused(_, let error): return .refused(wording(of: error))
            case .unexpected: return .confusion("\(error)")
            }
        }
    }

    /// Returns the server's text of an error, unless it repeats the password, possibly truncated, as Redis does for an
    /// unknown command.
    /// - Parameters:
    ///   - error: The error.
    ///   - answersPassword: True if the command had the password as an argument.
    private func wording(of error: RedisServerError, answersPassword: Bool = false) -> String {
        guard repeatsPassword(error) || answersPassword && error.text.contains("with args") else {
            return error.description
        }
        return "\(error.code) (the server's text is not shown, since it may contain the password)"
    }

    private func repeatsPassword(_ error: RedisServerError) -> Bool {
        guard let password else { return false }
        return error.text.contains(password.prefix(16))
    }
}
