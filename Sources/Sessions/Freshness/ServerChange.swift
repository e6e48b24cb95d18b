/// A change of the server that makes all snapshots from before it worthless.
package enum ServerChange: Equatable, Sendable {
    /// The server was restarted, or it is another one.
    case incarnation
    /// The server is the same, and its clock was set back.
    case clockSetBack
}

extension ServerChange {
    /// A server that has answered, and its data, if it tells which they are.
    struct Server: Equatable {
        let origin: ServerIncarnation
        let cluster: DatabaseCluster?
    }

    /// Returns what has happened, as a sentence for the log.
    /// - Parameters:
    ///   - former: The server that has answered before; nil if it is not known.
    ///   - present: The server that answers now.
    func sentence(from former: Server?, to present: Server) -> String {
        switch self {
        case .clockSetBack: return "PostgreSQL's clock was set back"
        case .incarnation: break
        }
        guard let old = former?.cluster, let new = present.cluster else {
            return "PostgreSQL was restarted, or is another server"
        }
        guard old.systemIdentifier == new.systemIdentifier else {
            return
                "PostgreSQL is another server, with other data: its system identifier is \(new.systemIdentifier), and was "
                + old.systemIdentifier
        }
        // A restart begins no timeline, and is later than the start before it.
        let isRestart =
            old.timeline == new.timeline && former.map { $0.origin.startedAt < present.origin.startedAt } == true
        return isRestart
            ? "PostgreSQL was restarted" : "PostgreSQL is another server with the same data, by a failover or as a copy"
    }
}
