/// The data of a server, as far as a server tells which they are. It says what a change of the server was; what may be
/// believed depends on ``ServerIncarnation`` alone.
struct DatabaseCluster: Equatable, Sendable {
    /// The number that initdb gave to the data; all copies of them have it.
    let systemIdentifier: String
    /// The timeline, which begins anew when a copy becomes the primary.
    let timeline: String

    /// Not every managed server lets everybody read these: some are not PostgreSQL's own storage.
    private static let query = """
        SELECT system_identifier::pg_catalog.text, \
        pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8) \
        FROM pg_catalog.pg_control_system()
        """

    /// Asks the server.
    /// - Returns: Nil if the server does not tell.
    /// - Throws: ``PostgreSQLError`` if the connection is lost.
    static func read(
        on connection: PostgreSQLConnection, deadline: Duration
    ) throws(PostgreSQLError) -> DatabaseCluster? {
        do throws(PostgreSQLError) {
            let row = try connection.query(query, deadline: deadline)
            guard row.rowCount == 1, let identifier = row.optionalText(0, 0), let timeline = row.optionalText(0, 1)
            else {
                return nil
            }
            return DatabaseCluster(systemIdentifier: identifier, timeline: timeline)
        } catch {
            guard case .server(let state, _) = error, !state.endsConnection || state == .featureNotSupported else {
                throw error
            }
            return nil
        }
    }
}
