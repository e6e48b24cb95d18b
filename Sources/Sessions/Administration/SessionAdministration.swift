internal import EventLoop

/// The operations on sessions for commands: blocking calls on their own connection.
package struct SessionAdministration: ~Copyable {
    private let database: AdministrationConnection

    /// The time limit of a statement. Some statements read all sessions.
    private static let deadline = Duration.seconds(60)

    /// - Parameter connection: The connection to use, which has entered the schema of the gate's tables.
    package init(_ connection: PostgreSQLConnection) {
        database = AdministrationConnection(connection, deadline: Self.deadline)
    }

    // MARK: Reading

    /// Returns the live sessions of a user, newest first.
    /// - Throws: ``PostgreSQLError``
    package func list(of userID: String) throws(PostgreSQLError) -> [SessionEntry] {
        try database.run(ListSessions(userID: userID))
    }

    /// Returns live sessions of all users, ordered by the users' ids, those of a user newest first.
    /// - Parameters:
    ///   - session: The session after which the list begins; nil to begin with the first one.
    ///   - most: The maximum number of sessions to return.
    /// - Throws: ``PostgreSQLError``
    package func list(after session: SessionEntry?, atMost most: Int) throws(PostgreSQLError) -> [SessionEntry] {
        try database.run(ListAllSessions(after: session, limit: most))
    }

    /// Returns the number of live sessions and the number of users who have one.
    /// - Throws: ``PostgreSQLError``
    package func count() throws(PostgreSQLError) -> (sessions: Int, users: Int) {
        let live = try database.run(CountSessions())
        return (live.sessions, live.users)
    }

    // MARK: Creating and changing

    /// Creates a session.
    ///
    /// - Parameters:
    ///   - user: The session's user.
    ///   - identity: The identity to record in the session. Ignored for one of the gate's own users, whose account has
    ///     it.
    ///   - lifetime: The session's lifetime.
    ///   - label: The session's purpose.
    /// - Throws: ``PostgreSQLError``
    package func create(
        for user: NamedUser, identity: Identity, lifetime: Duration, label: String
    ) throws(PostgreSQLError) -> SessionCreation {
        // One transaction: without a token to show there must be no session either.
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
            let name = user.accountName ?? identity.username
            try database.run(
                RecordCommand(action: "session_create", userID: user.id, username: name, sessionID: session.id))
            return .created(token: token, id: session.id, expiresAt: session.expiresAt)
        }
    }

    /// Changes the identity recorded in the live sessions of a user. Nil keeps a value.
    /// - Returns: The number of sessions that were changed.
    /// - Throws: ``PostgreSQLError``
    package func update(
        _ userID: String, username: String?, name: String?, email: String?, groups: [String]?
    ) throws(PostgreSQLError) -> Int {
        try change(
            UpdateUserSessions(userID: userID, username: username, groups: groups, name: name, email: email))
    }

    // MARK: Ending

    /// Revokes all sessions of a user, and refuses the user's logins in progress.
    /// - Returns: The number of sessions that were live.
    /// - Throws: ``PostgreSQLError``
    package func revoke(userID: String) throws(PostgreSQLError) -> Int {
        try change(RevokeUserSessions(userID: userID))
    }

    /// Revokes one session.
    /// - Parameter id: The session's public id, a UUID.
    /// - Returns: The session's user; nil if the session was not live.
    /// - Throws: ``PostgreSQLError``
    package func revoke(sessionID id: String) throws(PostgreSQLError) -> NamedUser? {
        try database.transaction { () throws(PostgreSQLError) in
            let user = try database.run(FindSessionUser(id: id))
            return try database.run(RevokeSession(id: id, userID: nil)) == .ended ? user : nil
        }
    }

    /// Revokes all sessions of all users, and refuses logins in progress.
    /// - Returns: The number of sessions that were live.
    /// - Throws: ``PostgreSQLError``
    package func revokeAll() throws(PostgreSQLError) -> Int {
        try change(RevokeAllSessions())
    }

    /// Removes expired sessions, oldest first.
    ///
    /// - Parameters:
    ///   - most: The maximum number of sessions to remove.
    ///   - since: The position that the previous call returned; nil for the first call.
    /// - Returns: The number of sessions removed, and the position for the next call; nil if another process is
    ///   removing sessions now.
    /// - Throws: ``PostgreSQLError``
    package func removeExpired(
        atMost most: Int, since: String?
    ) throws(PostgreSQLError) -> (removed: Int, reached: String)? {
        try database.run(RemoveExpiredSessions(limit: most, since: since)).map { ($0.count, $0.reached) }
    }

    /// Removes sessions that the end of all sessions of a user, or of all users, has ended at once.
    ///
    /// - Parameters:
    ///   - most: The maximum number of sessions to remove.
    ///   - since: The position that the previous call returned; nil for the first call.
    /// - Returns: The number of sessions removed, and the position for the next call, nil if nothing is left; nil if
    ///   another process is removing sessions now.
    /// - Throws: ``PostgreSQLError``
    package func removeEnded(
        atMost most: Int, since: String?
    ) throws(PostgreSQLError) -> (removed: Int, reached: String?)? {
        try change(RemoveEndedSessions(limit: most, since: since)).map { ($0.count, $0.reached) }
    }

    /// Removes rows of the login throttle that have no effect any more.
    /// - Parameter most: The maximum number of rows to remove.
    /// - Returns: The number of rows removed.
    /// - Throws: ``PostgreSQLError``
    package func removeExpiredThrottle(atMost most: Int) throws(PostgreSQLError) -> Int {
        try change(RemoveExpiredThrottle(limit: most))
    }

    /// Runs a statement that writes, in its own transaction.
    private func change<S: Statement>(_ statement: S) throws(PostgreSQLError) -> S.Answer {
        try database.transaction { () throws(PostgreSQLError) in try database.run(statement) }
    }
}
