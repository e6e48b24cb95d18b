internal import EventLoop

extension PostgreSQLConnection {
    /// Runs a statement and blocks until its answer, for helper threads and commands.
    ///
    /// - Parameters:
    ///   - statement: The statement to run.
    ///   - schema: The schema of the gate's tables.
    ///   - deadline: The time limit from now. A connection that misses it cannot be used again.
    /// - Throws: ``PostgreSQLError``
    @discardableResult
    func run<S: Statement>(_ statement: S, in schema: Schema, deadline: Duration) throws(PostgreSQLError) -> S.Answer {
        try statement.answer(from: query(statement.sql(in: schema), statement.parameters, deadline: deadline))
    }
}
