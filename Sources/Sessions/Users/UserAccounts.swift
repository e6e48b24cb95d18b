/// The gate's own users, as commands manage them: waiting calls on a connection of their own.
package struct UserAccounts: ~Copyable {
    private let connection: PostgreSQLConnection
    private let statements: Statements

    private static let deadline = Duration.seconds(10)

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
}
