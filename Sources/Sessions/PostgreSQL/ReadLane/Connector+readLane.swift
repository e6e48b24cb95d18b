internal import EventLoop
internal import Logging

/// The connections of the read lane.
extension Connector {
    /// Returns a connector that applies or checks the migrations, prepares the statements and enters pipeline mode.
    /// - Parameters:
    ///   - listens: True to request notifications of revocations.
    ///   - pause: The time for which they are not requested.
    static func readLane(
        _ configuration: PostgreSQLConfiguration, listens: Bool, _ pause: ListeningPause, _ migrations: Migrations?,
        threads: HelperThreads, log: Logger
    ) -> Connector {
        let (deadline, isPooled) = (configuration.writeDeadline, !configuration.usesPreparedStatements)
        let lookUpDeadline = configuration.lookUpDeadline
        return Connector(lane: "read lane", configuration, threads: threads, log: log) {
            connection, isFirst throws(PostgreSQLError) in
            try connection.introduce(isPooled: isPooled, deadline: deadline)
            try connection.enterSchema(configuration.schema, deadline: deadline)
            if connection.keepsState { try connection.setTimeLimits(deadline: deadline) }
            if isFirst { try migrations?.requireClosedSchema(on: connection) }
            try migrations?.run(on: connection, log: log)
            if connection.keepsState {
                try connection.limitStatements(to: lookUpDeadline, lock: lookUpDeadline)
            }
            try ReadLaneStatements(connection.schema).prepare(on: connection, deadline: deadline)
            // Before the first heartbeat, since which no revocation can be missed.
            if listens {
                if pause.isOver(at: .now) {
                    try connection.listen(deadline: deadline)
                } else {
                    connection.notifications = .postponed(ListeningPause.reason)
                }
            }
            try connection.enterPipeline()
        }
    }
}
