/// A command's connection: runs statements in the schema of the gate's tables, one at a time, and waits for each.
struct AdministrationConnection {
    private let connection: PostgreSQLConnection
    private let deadline: Duration

    /// The maximum wait for a lock in ``attempt(_:)``.
    private static let lockWait = Duration.seconds(1)
    /// The maximum wait for a lock in ``insist(_:)``. Whoever waits for the command is to learn soon what it waits for.
    private static let longLockWait = Duration.seconds(10)

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

    /// Runs `work` in a transaction. If that waits too long for a lock, which may be that of other sessions' notifications,
    /// it is rolled back, and `work` runs again in a transaction that does not notify.
    /// - Throws: ``PostgreSQLError``; nothing is changed then.
    func transaction<T>(_ work: () throws(PostgreSQLError) -> T) throws(PostgreSQLError) -> T {
        do throws(PostgreSQLError) {
            return try attempt(work)
        } catch {
            guard error.isHeldLock else { throw error }
            return try insist(work)
        }
    }

    /// Runs `work` in a transaction that waits for no lock for longer than a second.
    /// - Throws: ``PostgreSQLError``; nothing is changed then.
    func attempt<T>(_ work: () throws(PostgreSQLError) -> T) throws(PostgreSQLError) -> T {
        try connection.transaction(deadline: deadline) { () throws(PostgreSQLError) in
            try connection.limitLockWaitInTransaction(to: Self.lockWait, deadline: deadline)
            return try work()
        }
    }

    /// Runs `work` in a transaction that does not notify, and waits for each lock for ten seconds, or almost until the
    /// deadline if that is sooner.
    /// - Throws: ``PostgreSQLError``; nothing is changed then.
    func insist<T>(_ work: () throws(PostgreSQLError) -> T) throws(PostgreSQLError) -> T {
        try connection.transaction(deadline: deadline) { () throws(PostgreSQLError) in
            try connection.countRevocationsInTransaction(deadline: deadline)
            // Less than the deadline, after which the connection would be dead.
            try connection.limitLockWaitInTransaction(
                to: min(deadline - Self.lockWait, Self.longLockWait), deadline: deadline)
            return try work()
        }
    }

    /// Keeps the triggers on changes of users from ending sessions in the current transaction. They still remove links for
    /// a new password: the transaction that ends the sessions afterwards finds the user changed already.
    /// - Throws: ``PostgreSQLError``
    func postponeEndsInTransaction() throws(PostgreSQLError) {
        try connection.script("SET LOCAL authfcgi.postponing = 'on'", deadline: deadline)
    }
}
