internal import Synchronization

/// The server that a lane was last connected to, shared by the threads that open connections. A server is asked for its data
/// when it is new; to one that is known the question would only delay the connection.
final class LastServer: Sendable {
    private let known = Mutex<(origin: ServerIncarnation, cluster: DatabaseCluster?)?>(nil)

    /// Returns the data of the server at the other end of an introduced connection; nil if it does not tell.
    /// - Throws: ``PostgreSQLError``
    func cluster(
        on connection: PostgreSQLConnection, deadline: Duration
    ) throws(PostgreSQLError) -> DatabaseCluster? {
        guard let origin = connection.origin else { return nil }
        if let known = known.withLock({ $0 }), known.origin == origin { return known.cluster }
        let cluster = try DatabaseCluster.read(on: connection, deadline: deadline)
        known.withLock { $0 = (origin, cluster) }
        return cluster
    }
}
