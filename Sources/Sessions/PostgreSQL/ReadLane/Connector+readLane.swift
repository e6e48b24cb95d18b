internal import EventLoop
internal import Logging

/// The connections of the read lane.
extension Connector {
    /// Returns a connector that prepares connections as ``ReadLaneSetUp`` does.
    /// - Parameter listens: True to request notifications of revocations.
    static func readLane(
        _ configuration: PostgreSQLConfiguration, listens: Bool, _ migrations: Migrations?, _ faults: SchemaFaultLog,
        threads: HelperThreads, log: Logger
    ) -> Connector {
        let setUp = ReadLaneSetUp(
            configuration: configuration, listens: listens, migrations: migrations, faults: faults, log: log)
        return Connector(lane: "read lane", configuration, threads: threads, log: log) {
            connection, attempt throws(PostgreSQLError) in
            try setUp.run(on: connection, attempt)
        }
    }
}
