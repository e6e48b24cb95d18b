internal import EventLoop

/// Sessions as commands look after them: waiting calls on a connection of their own.
package struct SessionAdministration: ~Copyable {
    private let connection: PostgreSQLConnection
    private let statements: Statements

    /// Some of this reads all sessions there are.
    private static let deadline = Duration.seconds(60)
    /// Of what writes all of them, 25 seconds a million: it would be undone if nobody waited for it.
    private static let longDeadline = Duration.seconds(600)

    /// - Parameter schema: the schema of our tables; nil for the connection's own search path.
    package init(_ connection: PostgreSQLConnection, schema: String?) {
        self.connection = connection
        statements = Statements(schema: schema)
    }

    // MARK: Looking

    /// The live sessions of a user, the newest first.
    package func list(of userID: String) throws(PostgreSQLError) -> [ListedSession] {
        let rows = try connection.query(statements.listSessions, [.text(userID)], deadline: Self.deadline)
        return (0..<rows.rowCount).map { ListedSession(rows, row: $0) }
    }

    /// How many sessions are live, and how many users have any.
    package func count() throws(PostgreSQLError) -> (sessions: Int, users: Int) {
        let row = try connection.query(statements.countSessions, deadline: Self.deadline)
        guard let sessions = Int(row.text(0, 0)), let users = Int(row.text(0, 1)) else {
            throw .confusion("the sessions cannot be counted")
        }
        return (sessions, users)
    }

    // MARK: Making and changing

    /// Begins a session.
    ///
    /// - Parameter identity: what the session says of the user; for one of the gate's own users the account says it.
    package func create(
        for user: NamedUser, identity: Identity, lifetime: Duration, label: String
    ) throws(PostgreSQLError) -> SessionCreation {
        // One transaction: a token that could not be shown must not have begun anything.
        try connection.transaction(deadline: Self.deadline) { () throws(PostgreSQLError) in
            let seconds = PostgreSQLParameter.number(lifetime.seconds)
            let exceeded = try connection.query(statements.exceededMaximum, [seconds], deadline: Self.deadline)
            guard exceeded.rowCount == 0 else {
                return .tooLong(maximum: exceeded.text(0, 0), table: statements.limitsTable)
            }
            let made =
                if user.accountName != nil {
                    try connection.query(
                        statements.createAccountToken, [.text(user.id), seconds, .text(label)], deadline: Self.deadline)
                } else {
                    try connection.query(
                        statements.createToken,
                        [
                            .text(user.id), .text(identity.username), .texts(identity.groups), .text(identity.name),
                            .text(identity.email), seconds, .text(label),
                        ], deadline: Self.deadline)
                }
            guard made.rowCount == 1 else { return .noSuchAccount }
            guard let token = SessionToken(made.text(0, 0)) else { throw .confusion("the database made no token") }
            // Asked for by its hash: a server may log the parameters of statements.
            let session = try connection.query(
                statements.createdSession, [.bytes(token.hash.bytes)], deadline: Self.deadline)
            guard session.rowCount == 1 else { throw .confusion("the new session is not there") }
            return .created(token: token, id: session.text(0, 0), expiresAt: UTCTime(session.text(0, 1)))
        }
    }

    /// Changes what the live sessions of a user say about the user; nil keeps.
    /// - Returns: how many sessions were changed.
    package func update(
        _ userID: String, username: String?, name: String?, email: String?, groups: [String]?
    ) throws(PostgreSQLError) -> Int {
        try number(
            statements.updateUserSessions,
            [
                .text(userID), .optional(username), groups.map { .texts($0) } ?? .null, .optional(name),
                .optional(email),
            ])
    }

    // MARK: Ending

    /// Ends all sessions of a user, and logins under way.
    /// - Returns: how many sessions were live.
    package func revoke(userID: String) throws(PostgreSQLError) -> Int {
        try number(statements.revokeUser, [.text(userID), .null])
    }

    /// Ends one session.
    /// - Parameter id: its public name, a UUID.
    /// - Returns: whether it was live.
    package func revoke(sessionID id: String) throws(PostgreSQLError) -> Bool {
        try connection.transaction(deadline: Self.deadline) { () throws(PostgreSQLError) in
            let rows = try connection.query(statements.revokeSession, [.text(id), .null], deadline: Self.deadline)
            return rows.text(0, 0) == "t"
        }
    }

    /// Ends all sessions of all users, and logins under way.
    /// - Returns: how many sessions were live.
    package func revokeAll() throws(PostgreSQLError) -> Int {
        try number(statements.revokeAll, [], deadline: Self.longDeadline)
    }

    /// Removes expired sessions, the oldest first.
    ///
    /// - Parameters:
    ///   - most: how many at most.
    ///   - since: where the call before has come to; nil for the first.
    /// - Returns: how many were removed, and where to go on; nil when somebody else removes some at this moment.
    package func removeExpired(
        atMost most: Int, since: String?
    ) throws(PostgreSQLError) -> (removed: Int, reached: String?)? {
        let row = try connection.query(
            statements.removeExpired, [.number(most), .text(since ?? "-infinity")], deadline: Self.deadline)
        guard row.rowCount == 1 else { throw .confusion("remove_expired_sessions() says nothing") }
        guard let removed = row.optionalText(0, 0) else { return nil }
        guard let number = Int(removed) else { throw .confusion("remove_expired_sessions() gives no number") }
        return (number, row.optionalText(0, 1))
    }

    /// Removes what the throttle of logins has no more use for.
    /// - Returns: how many rows, at most `most`.
    package func removeExpiredThrottle(atMost most: Int) throws(PostgreSQLError) -> Int {
        try number(statements.removeExpiredThrottle, [.number(most)])
    }

    /// Runs a function that gives a number.
    private func number(
        _ sql: String, _ parameters: [PostgreSQLParameter], deadline: Duration = Self.deadline
    ) throws(PostgreSQLError) -> Int {
        try connection.transaction(deadline: Self.deadline) { () throws(PostgreSQLError) in
            guard let number = Int(try connection.query(sql, parameters, deadline: deadline).text(0, 0)) else {
                throw .confusion("a function gives no number")
            }
            return number
        }
    }
}
