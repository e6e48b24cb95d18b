package import FoundationEssentials

/// What became of a session that a command asked for.
package enum SessionCreation: Sendable {
    /// - Parameters:
    ///   - token: shown this once.
    ///   - id: the session's public name.
    case created(token: SessionToken, id: String, expiresAt: Date)
    /// It would last longer than the database allows.
    ///
    /// - Parameters:
    ///   - maximum: the longest that there may be, in PostgreSQL's words.
    ///   - table: where that is written, as SQL names it.
    case tooLong(maximum: String, table: String)
    /// The user is one of the gate's own and is disabled, or gone by now.
    case noSuchAccount
}
