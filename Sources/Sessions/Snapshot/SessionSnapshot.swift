/// A session as PostgreSQL reported it at `asOf`. ``FreshnessRule`` decides whether it may still be used.
package struct SessionSnapshot: Sendable {
    /// The session.
    package let session: PackedSession
    /// The statement_timestamp() of the query; or that of the heartbeat on whose reading of the epochs it relies.
    package let asOf: DatabaseInstant
    /// The server that answered the query.
    package let origin: ServerIncarnation

    /// Creates a snapshot.
    /// - Parameters:
    ///   - session: The session.
    ///   - asOf: The statement_timestamp() of the query, or an earlier time for which the snapshot is certain.
    ///   - origin: The server that answered the query.
    package init(session: PackedSession, asOf: DatabaseInstant, origin: ServerIncarnation) {
        self.session = session
        self.asOf = asOf
        self.origin = origin
    }
}
