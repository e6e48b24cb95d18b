internal import EventLoop
internal import Logging

/// The connections of the read lane.
extension Connector {
    /// Returns a connector that applies or checks the migrations, prepares the statements and enters pipeline mode. If
    /// there is nothing to migrate, this takes two round trips: one to learn what the server is, and one that prepares.
    /// - Parameter listens: True to request notifications of revocations.
    static func readLane(
        _ configuration: PostgreSQLConfiguration, _ statements: ReadLaneStatements, listens: Bool,
        _ migrations: Migrations?, threads: HelperThreads, log: Logger
    ) -> Connector {
        let (deadline, isPooled) = (configuration.writeDeadline, !configuration.usesPreparedStatements)
        let lookUpDeadline = configuration.lookUpDeadline
        return Connector(lane: "read lane", configuration, threads: threads, log: log) {
            connection, attempt throws(PostgreSQLError) in
            if let migrations {
                var isComplete = false
                let query = migrations.completeness { isComplete = $0 }
                try connection.introduce(isPooled: isPooled, and: query, deadline: deadline)
                if !isComplete {
                    try attempt.work { () throws(PostgreSQLError) in
                        if connection.keepsState { try connection.setTimeLimits(deadline: deadline) }
                        try migrations.run(on: connection, log: log)
                    }
                }
            } else {
                try connection.introduce(isPooled: isPooled, deadline: deadline)
            }
            if connection.keepsState {
                let preparation =
                    [connection.limits(statement: lookUpDeadline, lock: lookUpDeadline)] + statements.preparation
                // Before the first heartbeat, since which no revocation can be missed.
                if listens {
                    try connection.listen(after: preparation, deadline: deadline)
                } else {
                    try connection.script(preparation.joined(separator: "; "), deadline: deadline)
                }
            } else if listens {
                try connection.listen(deadline: deadline)
            }
            try connection.enterPipeline()
        }
    }
}
