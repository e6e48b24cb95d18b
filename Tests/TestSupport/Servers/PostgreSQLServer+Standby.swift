extension PostgreSQLServer {
    /// Creates a standby that follows `primary` by streaming replication and answers read-only queries.
    ///
    /// - Parameters:
    ///   - name: The name of its folder, and its application_name towards the primary (for synchronous_standby_names).
    ///   - socketFolder: The folder of the primary's socket, if the connection is to pass through a `SocketProxy`.
    package static func standby(
        of primary: PostgreSQLServer, name: String = "standby", through socketFolder: String? = nil,
        settings: [String: String] = [:], tcpPort: UInt16? = nil
    ) throws -> PostgreSQLServer {
        let standby = try PostgreSQLServer(
            in: primary.folder, name: name, settings: primary.settings.merging(settings) { $1 }, tcpPort: tcpPort,
            clock: primary.clock)
        let host = socketFolder ?? primary.socketFolder
        try ServerProcess.output(
            ServerPrograms.postgreSQL("pg_basebackup"),
            [
                "--pgdata=\(standby.dataFolder)", "--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream",
                "--no-sync", "--dbname=host=\(host) port=\(primary.port) user=postgres application_name=\(name)",
            ],
            workingFolder: primary.folder.path, user: user)
        try standby.start()
        return standby
    }

    /// Promotes a standby, and waits until it is the primary.
    package func promote() throws {
        sessions.clear()
        guard try psql("select pg_promote(true, 30)") == "t" else {
            throw SupportError.timedOut("the standby was not promoted", log: log)
        }
    }

    /// Waits until this standby has replayed what `primary` has written so far.
    package func waitToCatchUp(with primary: PostgreSQLServer, within duration: Duration = .seconds(30)) throws {
        let position = try primary.psql("select pg_current_wal_lsn()")
        try eventually("the standby has caught up", within: duration, every: .milliseconds(20), log: log) {
            try psql("select pg_last_wal_replay_lsn() >= '\(position)'") == "t"
        }
    }
}
