/// A command's connection: runs statements in the schema of the gate's tables, one at a time, and waits for each.
struct AdministrationConnection {
    private let connection: PostgreSQLConnection
    private let deadline: Duration

    /// Takes over a connection.
    /// - Parameters:
    ///   - connection: The connection, which has entered the schema of the gate's tables.
    ///   - deadline: The deadline of a statement without one of its own.
    init(_ connection: PostgreSQLConnection, deadline: Duration) {
        self.connection = connection
        self.deadline = deadline
    }

    /// The schema of the gate's tables.
    var schema: Schema { connection.schema }

    /// Runs one statement.
    /// - Throws: ``PostgreSQLError``, also if the deadline passes; the connection is then dead.
    func run<S: Statement>(_ statement: S, deadline: Duration? = nil) throws(PostgreSQLError) -> S.Answer {
        try connection.run(statement, in: schema, deadline: deadline ?? self.deadline)
    }

    /// Runs `work` in a transaction.
    /// - Throws: ``PostgreSQLError``; nothing is changed then.
    func transaction<T>(_ work: () throws(PostgreSQLError) -> T) throws(PostgreSQLError) -> T {
        try connection.transaction(deadline: deadline, work)
    }
}
