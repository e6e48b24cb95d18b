package import FoundationEssentials

/// The result of a command that creates a session.
package enum SessionCreation: Sendable {
    /// The session was created.
    ///
    /// - Parameters:
    ///   - token: The session's token, of which only a hash is stored.
    ///   - id: The session's public id, a UUID.
    ///   - expiresAt: The time of expiry, by the database's clock.
    case created(token: SessionToken, id: String, expiresAt: Date)
    /// The lifetime is longer than the database permits.
    ///
    /// - Parameters:
    ///   - maximum: The maximum lifetime, as PostgreSQL prints an `interval`.
    ///   - table: The SQL name of the table that has the limit.
    case tooLong(maximum: String, table: String)
    /// The user, one of the gate's own, is disabled or was deleted meanwhile.
    case noSuchAccount
}
