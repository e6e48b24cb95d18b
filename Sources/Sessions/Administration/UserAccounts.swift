/// The gate's own users, as commands manage them: waiting calls on a connection of their own.
package struct UserAccounts: ~Copyable {
    private let database: AdministrationConnection

    /// Sessions are counted for it.
    private static let listDeadline = Duration.seconds(60)

    /// - Parameter schema: the schema of our tables; nil for the connection's own search path.
    package init(_ connection: PostgreSQLConnection, schema: String?) {
        database = AdministrationConnection(connection, schema: schema, deadline: .seconds(10))
    }

    /// Adds a user.
    /// - Returns: the new user's id; nil when the name is taken.
    package func add(
        username: String, passwordHash: String, name: String, email: String, groups: [String]
    ) throws(PostgreSQLError) -> String? {
        try database.run(
            AddUser(username: username, passwordHash: passwordHash, name: name, email: email, groups: groups))
    }

    /// Users in the order of their names.
    ///
    /// - Parameters:
    ///   - name: only those behind this name; nil for the first.
    ///   - most: how many at most.
    package func list(after name: String?, atMost most: Int) throws(PostgreSQLError) -> [ListedUser] {
        try database.run(ListUsers(after: name, limit: most), deadline: Self.listDeadline)
    }

    /// Gives a user another password.
    package func setPassword(of id: String, to hash: String) throws(PostgreSQLError) -> AccountChange {
        try change(id) { () throws(PostgreSQLError) in try database.run(SetPasswordHash(id: id, hash: hash)) }
    }

    /// Keeps a user from signing in.
    package func disable(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try change(id) { () throws(PostgreSQLError) in try database.run(SetUserDisabled(id: id, isDisabled: true)) }
    }

    /// Lets a user sign in again.
    package func enable(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try database.transaction { () throws(PostgreSQLError) in
            guard try database.run(LockUser(id: id)) else { return .noSuchAccount }
            let isChange = try database.run(SetUserDisabled(id: id, isDisabled: false))
            return isChange ? .changed(sessionsEnded: nil) : .nothing
        }
    }

    /// Deletes a user.
    package func delete(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try change(id) { () throws(PostgreSQLError) in try database.run(DeleteUser(id: id)) }
    }

    /// Ends the user's sessions and does `work`, which says whether it changed anything, as one. The triggers of the table
    /// would end the sessions too, but do not say how many there were.
    private func change(
        _ id: String, _ work: () throws(PostgreSQLError) -> Bool
    ) throws(PostgreSQLError) -> AccountChange {
        try database.transaction { () throws(PostgreSQLError) in
            // The user's row before the sessions', as the triggers have it: against deadlock.
            guard try database.run(LockUser(id: id)) else { return .noSuchAccount }
            let ended = try database.run(RevokeUserSessions(userID: id))
            let isChange = try work()
            return isChange || ended > 0 ? .changed(sessionsEnded: ended) : .nothing
        }
    }
}
