/// The gate's own users, as commands manage them: waiting calls on a connection of their own.
package struct UserAccounts: ~Copyable {
    private let connection: PostgreSQLConnection
    private let statements: Statements

    private static let deadline = Duration.seconds(10)
    /// Sessions are counted for it.
    private static let listDeadline = Duration.seconds(60)

    /// - Parameter schema: the schema of our tables; nil for the connection's own search path.
    package init(_ connection: PostgreSQLConnection, schema: String?) {
        self.connection = connection
        statements = Statements(schema: schema)
    }

    /// Adds a user.
    /// - Returns: the new user's id; nil when the name is taken.
    package func add(
        username: String, passwordHash: String, name: String, email: String, groups: [String]
    ) throws(PostgreSQLError) -> String? {
        let result = try connection.query(
            statements.addUser, [.text(username), .text(passwordHash), .text(name), .text(email), .texts(groups)],
            deadline: Self.deadline)
        return result.rowCount == 1 ? result.text(0, 0) : nil
    }

    /// Users in the order of their names.
    ///
    /// - Parameters:
    ///   - name: only those behind this name; nil for the first.
    ///   - most: how many at most.
    package func list(after name: String?, atMost most: Int) throws(PostgreSQLError) -> [ListedUser] {
        let rows = try connection.query(
            statements.listUsers, [.text(name ?? ""), .number(most)], deadline: Self.listDeadline)
        return try (0..<rows.rowCount).map { row throws(PostgreSQLError) in try ListedUser(rows, row: row) }
    }

    /// Gives a user another password.
    package func setPassword(of id: String, to hash: String) throws(PostgreSQLError) -> AccountChange {
        try change(id) { () throws(PostgreSQLError) in
            try run(statements.setPasswordHash, [.text(id), .text(hash)])
            return true
        }
    }

    /// Keeps a user from signing in.
    package func disable(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try change(id) { () throws(PostgreSQLError) in try run(statements.disableUser, [.text(id)]) == 1 }
    }

    /// Lets a user sign in again.
    package func enable(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try connection.transaction(deadline: Self.deadline) { () throws(PostgreSQLError) in
            guard try run(statements.lockUser, [.text(id)]) == 1 else { return .noSuchAccount }
            return try run(statements.enableUser, [.text(id)]) == 1 ? .changed(sessionsEnded: nil) : .nothing
        }
    }

    /// Deletes a user.
    package func delete(_ id: String) throws(PostgreSQLError) -> AccountChange {
        try change(id) { () throws(PostgreSQLError) in
            try run(statements.deleteUser, [.text(id)])
            return true
        }
    }

    /// Ends the user's sessions and does `work`, which says whether it changed anything, as one. The triggers of the table
    /// would end the sessions too, but do not say how many there were.
    private func change(
        _ id: String, _ work: () throws(PostgreSQLError) -> Bool
    ) throws(PostgreSQLError) -> AccountChange {
        try connection.transaction(deadline: Self.deadline) { () throws(PostgreSQLError) in
            // The user's row before the sessions', as the triggers have it: against deadlock.
            guard try run(statements.lockUser, [.text(id)]) == 1 else { return .noSuchAccount }
            let revoked = try connection.query(statements.revokeUser, [.text(id), .null], deadline: Self.deadline)
            guard let ended = Int(revoked.text(0, 0)) else { throw .confusion("the sessions cannot be counted") }
            let isChange = try work()
            return isChange || ended > 0 ? .changed(sessionsEnded: ended) : .nothing
        }
    }

    /// Runs a statement that gives back a row for each user it is about.
    @discardableResult
    private func run(_ sql: String, _ parameters: [PostgreSQLParameter]) throws(PostgreSQLError) -> Int {
        try connection.query(sql, parameters, deadline: Self.deadline).rowCount
    }
}
