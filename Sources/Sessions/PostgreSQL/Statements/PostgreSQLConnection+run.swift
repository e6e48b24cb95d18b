internal import EventLoop

extension PostgreSQLConnection {
    /// Runs one statement and waits for its answer, at most until `deadline`; a connection that missed it is dead. For
    /// helper threads and commands.
    @discardableResult
    func run<S: Statement>(_ statement: S, in schema: Schema, deadline: Duration) throws(PostgreSQLError) -> S.Answer {
        try statement.answer(from: query(statement.sql(in: schema), statement.parameters, deadline: deadline))
    }
}
