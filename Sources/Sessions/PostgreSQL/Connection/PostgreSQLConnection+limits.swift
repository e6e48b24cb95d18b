internal import EventLoop

/// The server's time limits. Those of the role or of the database may suit an application, but stop what takes longer
/// here: a migration, the revocation of all sessions, a look-up that is still within its deadline.
extension PostgreSQLConnection {
    /// Limits statements and waits for locks, and removes all other limits, until the end of the connection.
    ///
    /// Only for connections with ``keepsState``: a pooler would pass the settings on to other clients.
    ///
    /// - Parameters:
    ///   - statement: The maximum time of a statement; nil for no limit.
    ///   - lock: The maximum wait of a statement for a lock; nil for no limit but `statement`.
    ///   - deadline: The maximum wait for the server.
    /// - Throws: ``PostgreSQLError``
    package func setTimeLimits(
        statement: Duration? = nil, lock: Duration? = nil, deadline: Duration
    ) throws(PostgreSQLError) {
        try script(timeLimits("SET", statement: statement, lock: lock).joined(separator: "; "), deadline: deadline)
        hasNoTimeLimits = statement == nil && lock == nil
    }

    /// Returns the statements that make the server cancel statements and waits for locks shortly after their results are
    /// too late. Otherwise, while a table is locked, each closed connection would leave a waiting backend behind.
    func limits(statement time: Duration, lock: Duration) -> [String] {
        timeLimits("SET", statement: time + .milliseconds(500), lock: lock)
    }

    /// Removes all limits for the current transaction, unless the connection has none.
    /// - Throws: ``PostgreSQLError``
    func liftTimeLimitsInTransaction(deadline: Duration) throws(PostgreSQLError) {
        guard !hasNoTimeLimits else { return }
        try script(timeLimits("SET LOCAL", statement: nil, lock: nil).joined(separator: "; "), deadline: deadline)
    }

    /// Limits each statement of the current transaction, and each wait for a lock.
    /// - Throws: ``PostgreSQLError``
    func limitInTransaction(statement: Duration, lock: Duration, deadline: Duration) throws(PostgreSQLError) {
        let limits = timeLimits("SET LOCAL", statement: statement, lock: lock)
        try script(limits.joined(separator: "; "), deadline: deadline)
    }

    /// Limits each wait for a lock in the current transaction.
    /// - Throws: ``PostgreSQLError``
    func limitLockWaitInTransaction(to time: Duration, deadline: Duration) throws(PostgreSQLError) {
        try script(Self.lockLimitInTransaction(time), deadline: deadline)
    }

    /// Returns the statement that limits each wait for a lock in the current transaction.
    static func lockLimitInTransaction(_ time: Duration) -> String {
        "SET LOCAL lock_timeout = \(time.nanoseconds / 1_000_000)"
    }

    /// Performs `work`. If a lock was held for too long, the error says on what.
    /// - Parameter tables: The tables that `work` reads, as SQL names.
    /// - Throws: ``PostgreSQLError``
    func namingLock<T>(on tables: String, _ work: () throws(PostgreSQLError) -> T) throws(PostgreSQLError) -> T {
        do throws(PostgreSQLError) {
            return try work()
        } catch {
            guard case .server(.lockNotAvailable, let text) = error else { throw error }
            throw .server(.lockNotAvailable, "\(text): somebody has locked \(tables)")
        }
    }

    /// Returns the statements that set the limits. In PostgreSQL zero means no limit.
    private func timeLimits(_ command: String, statement: Duration?, lock: Duration?) -> [String] {
        var limits = [
            ("statement_timeout", statement), ("lock_timeout", lock), ("idle_in_transaction_session_timeout", nil),
        ]
        if serverVersion >= 140_000 { limits.append(("idle_session_timeout", nil)) }
        if serverVersion >= 170_000 { limits.append(("transaction_timeout", nil)) }
        return limits.map { name, limit in "\(command) \(name) = \((limit?.nanoseconds ?? 0) / 1_000_000)" }
    }
}
