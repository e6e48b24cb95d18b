extension PostgreSQLServer {
    /// The backends of those clients that call themselves so (`application_name`), by process number; the one that
    /// was started first comes first.
    package func backends(of application: String) throws -> [Int32] {
        let rows = try psql(
            """
            SELECT pid FROM pg_stat_activity
            WHERE application_name = '\(application)' AND backend_type = 'client backend' ORDER BY backend_start
            """)
        return rows.split(separator: "\n").compactMap { Int32($0) }
    }

    /// How many backends of a database wait for a lock.
    package func waitingForLocks(in database: String) throws -> Int {
        let count = try psql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)' AND wait_event_type = 'Lock'")
        return Int(count) ?? 0
    }
}
