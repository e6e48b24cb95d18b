/// A request of a client about a session, its time and its result.
package struct HistoryEvent: Equatable, Sendable {
    package enum Operation: String, CaseIterable, Sendable {
        /// Starts a session.
        case login
        /// Asks whether the session is valid.
        case check
        /// Ends the session, by its own token.
        case logout
        /// Ends the session and all other sessions of its user, by its own token. Effective only if the session is
        /// valid.
        case logoutEverywhere
        /// Ends all other sessions of its user, by its own token. Effective only if the session is valid.
        case logoutOthers
        /// Ends the session, on behalf of an operator.
        case adminRevoke
        /// Ends all sessions of the user, on behalf of an operator.
        case adminRevokeUser
        /// Ends all sessions of all users, on behalf of an operator.
        case adminRevokeAll
    }

    package enum Result: String, CaseIterable, Sendable {
        /// The login returned a token, the check returned "valid", or the revocation was acknowledged.
        case accepted
        /// The check returned "not valid".
        case refused
        /// The check returned "valid", but with another user's name.
        case mistaken
        /// The client was asked to retry later. The operation may have happened, not have happened, or happen later.
        case cannotTell
        /// No response. The operation may have happened, not have happened, or happen later.
        case failed
    }

    package var operation: Operation
    package var result: Result
    /// The session, or nil if an operator ends all sessions of a user or of all users.
    package var session: Int?
    package var user: Int
    /// The times just before the request was sent and just after its response was read, on the clock of all events of a
    /// history.
    package var start: Duration
    package var end: Duration
    /// The pod that received the request, or nil if it went to the database.
    package var pod: Int?

    package init(
        _ operation: Operation, _ result: Result, session: Int?, user: Int, from start: Duration, to end: Duration,
        pod: Int? = nil
    ) {
        self.operation = operation
        self.result = result
        self.session = session
        self.user = user
        self.start = start
        self.end = end
        self.pod = pod
    }
}

extension HistoryEvent.Operation {
    /// A Boolean value that indicates whether the operation ends sessions.
    package var isRevocation: Bool {
        switch self {
        case .login, .check: false
        case .logout, .logoutEverywhere, .logoutOthers, .adminRevoke, .adminRevokeUser, .adminRevokeAll: true
        }
    }

    /// A Boolean value that indicates whether the operation ends all sessions of a user, or all but its own.
    package var endsUser: Bool { self == .logoutEverywhere || self == .logoutOthers || self == .adminRevokeUser }

    /// A Boolean value that indicates whether the operation ends the session that it names.
    package var endsItsOwn: Bool { self == .logout || self == .logoutEverywhere || self == .adminRevoke }
}

extension HistoryEvent: CustomStringConvertible {
    package var description: String {
        let session = session.map { "session \($0) of " } ?? ""
        let place = pod.map { " on pod \($0 + 1)" } ?? ""
        return "\(start.inSeconds) to \(end.inSeconds): \(operation), \(session)user \(user)\(place): \(result)"
    }
}

extension Duration {
    /// The duration in seconds with microseconds, for output.
    package var inSeconds: String {
        let (seconds, attoseconds) = components
        let fraction = String(1_000_000 + attoseconds / 1_000_000_000_000).dropFirst()
        return "\(seconds).\(fraction)"
    }
}
