extension PostgreSQLConnection {
    /// Runs `work` in a transaction at isolation level READ COMMITTED, which revoking all sessions of a user requires, and
    /// without time limits.
    ///
    /// - Parameters:
    ///   - deadline: The maximum wait for the beginning and for the end.
    ///   - work: The statements.
    /// - Throws: The first ``PostgreSQLError``. The transaction is rolled back.
    func transaction<T>(
        deadline: Duration, _ work: () throws(PostgreSQLError) -> T
    ) throws(PostgreSQLError) -> T {
        try transaction(endingWith: "COMMIT", deadline: deadline, work)
    }

    /// The same, but the transaction is rolled back also if nothing has failed.
    func rehearsal<T>(
        deadline: Duration, _ work: () throws(PostgreSQLError) -> T
    ) throws(PostgreSQLError) -> T {
        try transaction(endingWith: "ROLLBACK", deadline: deadline, work)
    }

    private func transaction<T>(
        endingWith end: String, deadline: Duration, _ work: () throws(PostgreSQLError) -> T
    ) throws(PostgreSQLError) -> T {
        try script("BEGIN ISOLATION LEVEL READ COMMITTED", deadline: deadline)
        do throws(PostgreSQLError) {
            try liftTimeLimitsInTransaction(deadline: deadline)
            if !keepsState { try restrictSearchPathInTransaction(deadline: deadline) }
            if let author { try setAuthorInTransaction(author, deadline: deadline) }
            let result = try work()
            try script(end, deadline: deadline)
            return result
        } catch {
            // The first error is reported. If ROLLBACK fails the connection ends, which rolls back too.
            try? script("ROLLBACK", deadline: .seconds(1))
            throw error
        }
    }

    /// Says who makes the changes of the transaction. For the transaction alone: behind a pooler, the connection is also
    /// others'.
    private func setAuthorInTransaction(_ author: String, deadline: Duration) throws(PostgreSQLError) {
        _ = try query(
            "SELECT pg_catalog.set_config('authfcgi.author', $1::pg_catalog.text, true)", [.text(author)],
            deadline: deadline)
    }
}
