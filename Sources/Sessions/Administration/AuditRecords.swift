/// The record of changes by commands and SQL: blocking calls on its own connection.
package struct AuditRecords: ~Copyable {
    private let database: AdministrationConnection

    /// - Parameter connection: The connection to use, which has entered the schema of the gate's tables.
    package init(_ connection: PostgreSQLConnection) {
        database = AdministrationConnection(connection, deadline: .seconds(60))
    }

    /// Returns changes, newest first.
    ///
    /// - Parameters:
    ///   - user: The id or name of the user concerned; nil for all.
    ///   - sessionID: The public id of the session concerned, a UUID; nil for all.
    ///   - most: The maximum number of changes.
    /// - Throws: ``PostgreSQLError``
    package func list(
        of user: String?, sessionID: String?, atMost most: Int
    ) throws(PostgreSQLError) -> [RecordedChange] {
        try database.run(ListAudit(user: user, sessionID: sessionID, limit: most))
    }

    /// Removes the oldest changes, which are no longer kept.
    /// - Parameter most: The maximum number to remove.
    /// - Returns: The number removed.
    /// - Throws: ``PostgreSQLError``
    package func removeOld(atMost most: Int) throws(PostgreSQLError) -> Int {
        try database.transaction { () throws(PostgreSQLError) in try database.run(RemoveOldAudit(limit: most)) }
    }
}
