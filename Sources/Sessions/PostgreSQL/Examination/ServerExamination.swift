internal import FoundationEssentials

/// What an operator may want to know of the server, the database and the role, beyond what keeps a gate from starting. What is
/// changed is rolled back.
package struct ServerExamination {
    private let connection: PostgreSQLConnection
    private static let deadline = Duration.seconds(10)
    /// The maximum time of a change, and of its wait for a lock. Less than the deadline, so that the server says why.
    private static let (changeTime, lockWait) = (Duration.seconds(5), Duration.seconds(2))

    /// Whether revocations are heard of.
    package enum Hearing: Equatable, Sendable {
        /// They are.
        case heard
        /// What another connection has notified did not arrive.
        case unheard
        /// They cannot be, or not now, for this reason.
        case unavailable(String)
        /// The role lacks a right, for this reason.
        case refused(String)
    }

    /// - Parameter connection: The connection, which has been introduced and has entered the schema of the gate's tables.
    package init(_ connection: PostgreSQLConnection) {
        self.connection = connection
    }

    /// Reads the facts.
    /// - Throws: ``PostgreSQLError``
    package func facts() throws(PostgreSQLError) -> ServerFacts {
        try look { () throws(PostgreSQLError) in
            try connection.run(ReadServerFacts(asked: .now), in: connection.schema, deadline: Self.deadline)
        }
    }

    /// Returns the statements that take back rights which others get on new objects.
    /// - Throws: ``PostgreSQLError``
    package func defaultRights() throws(PostgreSQLError) -> [String] {
        try look { () throws(PostgreSQLError) in
            try connection.run(FindDefaultRights(), in: connection.schema, deadline: Self.deadline)
        }
    }

    /// Requests notifications of revocations as a worker does, and finds out whether the connection receives any.
    /// - Parameter other: A second connection to the same server.
    /// - Throws: ``PostgreSQLError``
    package func hearing(_ other: PostgreSQLConnection) throws(PostgreSQLError) -> Hearing {
        try connection.listen(deadline: Self.deadline)
        switch connection.notifications {
        case .received:
            return try connection.hears(other, within: .seconds(3), deadline: Self.deadline) ? .heard : .unheard
        case .postponed(let reason), .unavailable(let reason): return .unavailable(reason)
        case .refused(let reason): return .refused(reason)
        case .notRequested: return .unavailable("they were not requested")
        }
    }

    /// Makes a session and ends it, with the functions of a login and a logout, and rolls both back. Nobody else sees the
    /// session or is notified. Dead rows are left for PostgreSQL's autovacuum, and a gap in the numbers of recorded changes.
    ///
    /// Nothing is committed: a commit would wait for a synchronous standby that is away. A disk without room for the
    /// write-ahead log needs no commit to be found, as PostgreSQL stops.
    /// - Throws: ``PostgreSQLError``: why the database takes no change.
    package func makeChanges() throws(PostgreSQLError) {
        let userID = "authfcgi-doctor-\(UInt64.random(in: .min ... .max))"
        let end = try connection.rehearsal(deadline: Self.deadline) { () throws(PostgreSQLError) -> SessionEnd in
            try connection.restrictSearchPathInTransaction(deadline: Self.deadline)
            try connection.limitInTransaction(
                statement: Self.changeTime, lock: Self.lockWait, deadline: Self.deadline)
            let id = try connection.run(
                CreateTrialSession(userID: userID), in: connection.schema, deadline: Self.deadline)
            return try connection.run(
                RevokeSession(id: id, userID: userID), in: connection.schema, deadline: Self.deadline)
        }
        guard end == .ended else {
            throw .unusable(
                "a session that was just made cannot be ended: look for triggers and rules of others on session_tokens")
        }
    }

    /// Reads the table of sessions, and waits two seconds for a lock. A look-up has less time, and cannot say what it waits for.
    /// - Throws: ``PostgreSQLError``
    package func readSessions() throws(PostgreSQLError) {
        try look { () throws(PostgreSQLError) -> Void in
            try connection.limitInTransaction(
                statement: Self.changeTime, lock: Self.lockWait, deadline: Self.deadline)
            let table = "\(connection.schema)session_tokens"
            try connection.namingLock(on: table) { () throws(PostgreSQLError) -> Void in
                try connection.script("SELECT FROM \(table) LIMIT 1", deadline: Self.deadline)
            }
        }
    }

    /// Runs statements with the restricted search path, behind a pooler too.
    private func look<T>(_ work: () throws(PostgreSQLError) -> T) throws(PostgreSQLError) -> T {
        try connection.transaction(deadline: Self.deadline) { () throws(PostgreSQLError) in
            try connection.restrictSearchPathInTransaction(deadline: Self.deadline)
            return try work()
        }
    }
}
