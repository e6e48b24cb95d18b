internal import EventLoop

/// Sessions as commands look after them: waiting calls on a connection of their own.
package struct SessionAdministration: ~Copyable {
    private let database: AdministrationConnection

    /// Some of this reads all sessions there are.
    private static let deadline = Duration.seconds(60)
    /// Of what writes all of them, 25 seconds a million: it would be undone if nobody waited for it.
    private static let longDeadline = Duration.seconds(600)

    /// - Parameter schema: the schema of our tables; nil for the connection's own search path.
    package init(_ connection: PostgreSQLConnection, schema: String?) {
        database = AdministrationConnection(connection, schema: schema, deadline: Self.deadline)
    }

    // MARK: Looking

    /// The live sessions of a user, the newest first.
    package func list(of userID: String) throws(PostgreSQLError) -> [SessionEntry] {
        try database.run(ListSessions(userID: userID))
    }

    /// How many sessions are live, and how many users have any.
    package func count() throws(PostgreSQLError) -> (sessions: Int, users: Int) {
        let live = try database.run(CountSessions())
        return (live.sessions, live.users)
    }

    // MARK: Making and changing

    /// Begins a session.
    ///
    /// - Parameter identity: what the session says of the user; for one of the gate's own users the account says it.
    package func create(
        for user: NamedUser, identity: Identity, lifetime: Duration, label: String
    ) throws(PostgreSQLError) -> SessionCreation {
        // One transaction: a token that could not be shown must not have begun anything.
        try database.transaction { () throws(PostgreSQLError) in
            if let maximum = try database.run(ExceededMaximum(lifetime: lifetime)) {
                return .tooLong(maximum: maximum, table: database.schema.limitsTable)
            }
            let token =
                if user.accountName != nil {
                    try database.run(CreateAccountToken(userID: user.id, lifetime: lifetime, label: label))
                } else {
                    try database.run(CreateToken(identity: identity, lifetime: lifetime, label: label))
                }
            guard let token else { return .noSuchAccount }
            let session = try database.run(FindSession(hash: token.hash))
            return .created(token: token, id: session.id, expiresAt: session.expiresAt)
        }
    }

    /// Changes what the live sessions of a user say about the user; nil keeps.
    /// - Returns: how many sessions were changed.
    package func update(
        _ userID: String, username: String?, name: String?, email: String?, groups: [String]?
    ) throws(PostgreSQLError) -> Int {
        try change(
            UpdateUserSessions(userID: userID, username: username, groups: groups, name: name, email: email))
    }

    // MARK: Ending

    /// Ends all sessions of a user, and logins under way.
    /// - Returns: how many sessions were live.
    package func revoke(userID: String) throws(PostgreSQLError) -> Int {
        try change(RevokeUserSessions(userID: userID))
    }

    /// Ends one session.
    /// - Parameter id: its public name, a UUID.
    /// - Returns: whether it was live.
    package func revoke(sessionID id: String) throws(PostgreSQLError) -> Bool {
        try change(RevokeSession(id: id, userID: nil))
    }

    /// Ends all sessions of all users, and logins under way.
    /// - Returns: how many sessions were live.
    package func revokeAll() throws(PostgreSQLError) -> Int {
        try change(RevokeAllSessions(), deadline: Self.longDeadline)
    }

    /// Removes expired sessions, the oldest first.
    ///
    /// - Parameters:
    ///   - most: how many at most.
    ///   - since: where the call before has come to; nil for the first.
    /// - Returns: how many were removed, and where to go on; nil when somebody else removes some at this moment.
    package func removeExpired(
        atMost most: Int, since: String?
    ) throws(PostgreSQLError) -> (removed: Int, reached: String)? {
        try database.run(RemoveExpiredSessions(limit: most, since: since)).map { ($0.count, $0.reached) }
    }

    /// Removes what the throttle of logins has no more use for.
    /// - Returns: how many rows, at most `most`.
    package func removeExpiredThrottle(atMost most: Int) throws(PostgreSQLError) -> Int {
        try change(RemoveExpiredThrottle(limit: most))
    }

    /// Runs what changes something in a transaction of its own.
    private func change<S: Statement>(
        _ statement: S, deadline: Duration = Self.deadline
    ) throws(PostgreSQLError) -> S.Answer {
        try database.transaction { () throws(PostgreSQLError) in try database.run(statement, deadline: deadline) }
    }
}
