/// The operations on the gate's own users for commands: blocking calls on their own connection.
package struct UserAccounts: ~Copyable {
    private let connection: PostgreSQLConnection
    private let schema: Schema

    private static let deadline = Duration.seconds(10)
    /// The time limit of the list, which counts sessions.
    private static let listDeadline = Duration.seconds(60)

    /// - Parameters:
    ///   - connection: The connection to use.
    ///   - schema: The schema of the gate's tables; nil for the connection's search path.
    package init(_ connection: PostgreSQLConnection, schema: String?) {
        self.connection = connection
        self.schema = Schema(schema)
    }

    /// Adds a user.
    /// - Returns: The new user's id; nil if the username is taken.
    /// - Throws: ``PostgreSQLError``
    package func add(
        username: String, passwordHash: String, name: String, email: String, groups: [String]
    ) throws(PostgreSQLError) -> String? {
        try run(AddUser(username: username, passwordHash: passwordHash, name: name, email: email, groups: groups))
    }

    /// Returns users in the order of their usernames.
    ///
    /// - Parameters:
    ///   - name: The username after which the list begins; nil to begin with the first user.
    ///   - most: The maximum number of users to return.
    /// - Throws: ``PostgreSQLError``
    package func list(after name: String?, atMost most: Int) throws(PostgreSQLError) -> [ListedUser] {
        try connection.run(ListUsers(after: name, limit: most), in: schema, deadline: Self.listDeadline)
    }

    /// Sets a user's password and revokes all sessions of the user.
    /// - Parameters:
    ///   - id: The user's id.
    ///   - hash: The hash of the new password.
    /// - Throws: ``PostgreSQLError``
    package func setPassword(of id: String, to hash: String) throws(PostgreSQLError) -> AccountChange {
        try change(id) { () throws(PostgreSQLError) in try run(SetPasswordHash(id: id, hash: hash)) }
    }

    /// Disables a user, who cannot sign in any more, and revokes all sessions of the user.
    /// - Throws: ``PostgreSQLError``
    package func disable(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try change(id) { () throws(PostgreSQLError) in try run(SetUserDisabled(id: id, isDisabled: true)) }
    }

    /// Enables a user, who can sign in again.
    /// - Throws: ``PostgreSQLError``
    package func enable(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try connection.transaction(deadline: Self.deadline) { () throws(PostgreSQLError) in
            guard try run(LockUser(id: id)) else { return .noSuchAccount }
            return try run(SetUserDisabled(id: id, isDisabled: false)) ? .changed(sessionsEnded: nil) : .nothing
        }
    }

    /// Deletes a user and revokes all sessions of the user.
    /// - Throws: ``PostgreSQLError``
    package func delete(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try change(id) { () throws(PostgreSQLError) in try run(DeleteUser(id: id)) }
    }

    /// Revokes the user's sessions and runs `work` in one transaction. `work` returns whether it has changed the user.
    /// The table's triggers would revoke the sessions too, but do not report their number.
    private func change(
        _ id: String, _ work: () throws(PostgreSQLError) -> Bool
    ) throws(PostgreSQLError) -> AccountChange {
        try connection.transaction(deadline: Self.deadline) { () throws(PostgreSQLError) in
            // The user's row is locked before the sessions' rows, as the triggers do it, to prevent a deadlock.
            guard try run(LockUser(id: id)) else { return .noSuchAccount }
            let ended = try run(RevokeUserSessions(userID: id))
            let isChange = try work()
            return isChange || ended > 0 ? .changed(sessionsEnded: ended) : .nothing
        }
    }

    private func run<S: Statement>(_ statement: S) throws(PostgreSQLError) -> S.Answer {
        try connection.run(statement, in: schema, deadline: Self.deadline)
    }
}
