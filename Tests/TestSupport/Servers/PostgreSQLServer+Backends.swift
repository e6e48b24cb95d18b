extension PostgreSQLServer {
    /// Returns the pids of the backends with this `application_name`, the oldest first.
    package func backends(of application: String) throws -> [Int32] {
        let rows = try psql(
            """
            SELECT pid FROM pg_stat_activity
            WHERE application_name = '\(application)' AND backend_type = 'client backend' ORDER BY backend_start
            """)
        return rows.split(separator: "\n").compactMap { Int32($0) }
    }

    /// Returns the number of backends of a database that wait for a lock.
    package func waitingForLocks(in database: String) throws -> Int {
        let count = try psql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND wait_event_type = 'Lock'")
        return Int(count) ?? 0
    }
}
