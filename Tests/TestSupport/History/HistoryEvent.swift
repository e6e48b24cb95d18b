/// What a client asked about a session, when, and what it was told.
package struct HistoryEvent: Equatable, Sendable {
    package enum Operation: String, CaseIterable, Sendable {
        /// The session begins.
        case login
        /// Is the session valid?
        case check
        /// The session ends, by its own token.
        case logout
        /// The session ends, and with it every other of its user's, provided that it is valid itself: by its token.
        case logoutEverywhere
        /// Every other session of its user's ends, provided that it is valid itself: by its token.
        case logoutOthers
        /// The session ends, by an operator.
        case adminRevoke
        /// Every session of the user ends, by an operator.
        case adminRevokeUser
        /// Every session of everybody ends, by an operator.
        case adminRevokeAll
    }

    package enum Result: String, CaseIterable, Sendable {
        /// A login's token, a check's "valid"; for what ends sessions: they have ended.
        case accepted
        /// "Not valid".
        case refused
        /// "Valid", but with somebody else's name.
        case mistaken
        /// Asked to come back later. What was to be done may be done or not, or be done later.
        case cannotTell
        /// No answer. What was to be done may be done or not, or be done later.
        case failed
    }

    package var operation: Operation
    package var result: Result
    /// nil when an operator ends all of a user's, or of everybody.
    package var session: Int?
    package var user: Int
    /// Just before the question was sent, and just after its answer was read; by the clock of all events of a history.
    package var start: Duration
    package var end: Duration
    /// Where it was asked; nil for what went to the database.
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
    /// Whether it is meant to end sessions.
    package var isRevocation: Bool {
        switch self {
        case .login, .check: false
        case .logout, .logoutEverywhere, .logoutOthers, .adminRevoke, .adminRevokeUser, .adminRevokeAll: true
        }
    }

    /// Whether it is meant to end every session of a user, or every other one.
    package var endsUser: Bool { self == .logoutEverywhere || self == .logoutOthers || self == .adminRevokeUser }

    /// Whether it is meant to end the session that it names.
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
    /// In seconds to the microsecond, for people.
    package var inSeconds: String {
        let (seconds, attoseconds) = components
        let fraction = String(1_000_000 + attoseconds / 1_000_000_000_000).dropFirst()
        return "\(seconds).\(fraction)"
    }
}
