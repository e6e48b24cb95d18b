extension PostgreSQLConnection {
    /// Runs `work` in a transaction whose every statement sees what others have committed, whatever the server's default
    /// is: ending all sessions of a user needs that. It lasts as long as it takes, whatever the role's limits are.
    ///
    /// - Parameter deadline: of BEGIN and of COMMIT.
    func transaction<T>(
        deadline: Duration, _ work: () throws(PostgreSQLError) -> T
    ) throws(PostgreSQLError) -> T {
        try script("BEGIN ISOLATION LEVEL READ COMMITTED", deadline: deadline)
        do throws(PostgreSQLError) {
            try liftTimeLimitsInTransaction(deadline: deadline)
            let result = try work()
            try script("COMMIT", deadline: deadline)
            return result
        } catch {
            // The first error is the one to report; a connection that cannot even roll back ends, and that does it too.
            try? script("ROLLBACK", deadline: .seconds(1))
            throw error
        }
    }
}
