internal import EventLoop

/// How long the server lets a connection work. A role or a database may have limits that suit an application and end what
/// takes longer here: a migration, the end of all sessions, a look-up that is still within its deadline.
extension PostgreSQLConnection {
    /// Limits each statement and its waits for locks, and lifts every other limit, for as long as the connection lasts.
    ///
    /// Only for a connection that ``keepsState``: a pooler would hand what is set on to others.
    ///
    /// - Parameters:
    ///   - statement: how long a statement may take; nil: as long as it needs.
    ///   - lock: how long a statement may wait for a lock; nil: as long as the statement may take.
    package func setTimeLimits(
        statement: Duration? = nil, lock: Duration? = nil, deadline: Duration
    ) throws(PostgreSQLError) {
        try script(timeLimits("SET", statement: statement, lock: lock), deadline: deadline)
        hasOwnTimeLimits = true
    }

    /// Has the server itself give up statements and waits for locks, a little after nobody waits for them any more:
    /// otherwise, while a table is locked, each connection that was given up would leave a process behind.
    func limitStatements(to time: Duration, lock: Duration) throws(PostgreSQLError) {
        try setTimeLimits(statement: time + .milliseconds(500), lock: lock, deadline: time)
    }

    /// Lifts all limits for the transaction that has begun, unless the connection has its own.
    func liftTimeLimitsInTransaction(deadline: Duration) throws(PostgreSQLError) {
        guard !hasOwnTimeLimits else { return }
        try script(timeLimits("SET LOCAL", statement: nil, lock: nil), deadline: deadline)
    }

    /// Zero means none to PostgreSQL.
    private func timeLimits(_ command: String, statement: Duration?, lock: Duration?) -> String {
        var limits = [
            ("statement_timeout", statement), ("lock_timeout", lock), ("idle_in_transaction_session_timeout", nil),
        ]
        if serverVersion >= 140_000 { limits.append(("idle_session_timeout", nil)) }
        if serverVersion >= 170_000 { limits.append(("transaction_timeout", nil)) }
        return limits.map { name, limit in
            "\(command) \(name) = \((limit?.nanoseconds ?? 0) / 1_000_000)"
        }.joined(separator: "; ")
    }
}
