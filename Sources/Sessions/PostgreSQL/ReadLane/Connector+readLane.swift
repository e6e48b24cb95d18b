internal import EventLoop
internal import Logging

/// The connections of the read lane.
extension Connector {
    /// Returns a connector that prepares connections as ``ReadLaneSetUp`` does.
    /// - Parameters:
    ///   - listens: True to request notifications of revocations.
    ///   - pause: The time for which they are not requested.
    static func readLane(
        _ configuration: PostgreSQLConfiguration, listens: Bool, _ pause: ListeningPause, _ migrations: Migrations?,
        _ faults: SchemaFaultLog, threads: HelperThreads, log: Logger
    ) -> Connector {
        let setUp = ReadLaneSetUp(
            configuration: configuration, listens: listens, pause: pause, migrations: migrations, faults: faults,
            log: log)
        return Connector(for: .checks, configuration, threads: threads, log: log) {
            connection, attempt throws(PostgreSQLError) in
            try setUp.run(on: connection, attempt)
        }
    }
}
