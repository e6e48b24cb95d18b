/// A command's connection: runs statements in the schema of the gate's tables, one at a time, and waits for each.
struct AdministrationConnection {
    let schema: Schema
    private let connection: PostgreSQLConnection
    private let deadline: Duration

    /// Takes over a connection.
    /// - Parameters:
    ///   - connection: The connection.
    ///   - schema: The schema of the gate's tables; nil for the connection's own search path.
    ///   - deadline: The deadline of a statement without one of its own.
    init(_ connection: PostgreSQLConnection, schema: String?, deadline: Duration) {
        self.connection = connection
        self.schema = Schema(schema)
        self.deadline = deadline
    }

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
