internal import EventLoop

/// The server process that a ``ReadLane``'s connection was opened to.
struct ConnectedServer: Equatable {
    let origin: ServerIncarnation
    /// The process id of the backend.
    let backend: Int32
    /// A Boolean value that indicates whether the backend sends notifications of revocations on the connection.
    var isListening: Bool { unannounced != nil }
    /// The number of revocations without a notification when the connection began to listen, or nil if it does not listen;
    /// see ``NotificationState/unannounced``.
    let unannounced: Int64?
    /// The time when the connection was opened.
    let openedAt: BootInstant
    /// The server's data, for the log; nil if it does not tell which they are.
    var cluster: DatabaseCluster?

    /// Returns the reason why a heartbeat cannot have come from this process, or nil if it may have.
    func objection(to heartbeat: Heartbeat) -> PostgreSQLError? {
        guard heartbeat.origin == origin else {
            return .connection("another server answers than the one that the connection was opened to")
        }
        guard isListening else { return nil }
        guard heartbeat.backend == backend, heartbeat.notifications.isListening else {
            return .connection("the server does not tell of revocations any more: there is a pooler in between")
        }
        return nil
    }
}

extension ConnectedServer {
    /// Returns nil if the connection has not been introduced.
    init?(_ connection: PostgreSQLConnection, openedAt: BootInstant) {
        guard let origin = connection.origin else { return nil }
        let unannounced: Int64? =
            if case .received(let unannounced) = connection.notifications { unannounced } else { nil }
        self.init(
            origin: origin, backend: connection.backend, unannounced: unannounced, openedAt: openedAt,
            cluster: connection.introduction?.cluster)
    }
}
