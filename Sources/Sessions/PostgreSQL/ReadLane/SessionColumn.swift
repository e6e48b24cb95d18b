/// The columns of a look-up in their order, which the statements and ``SessionRow`` share: on the hot path values are read
/// by position.
enum SessionColumn: Int, CaseIterable {
    /// The hash that the row is for. Answers are matched by it, not by their position.
    case hash
    /// The session's end, or NULL if it has ended or expired at the time of the statement by the server's clock (`now()`
    /// would be the beginning of the batch).
    case liveUntil
    case id, userID, username, groups, name, email, createdAt, idleTimeout
    /// The time of the statement.
    case asOf

    /// Returns the select list.
    /// - Parameters:
    ///   - hash: The SQL expression of the hash.
    ///   - schema: The schema of the gate's tables.
    static func list(hash: String, in schema: Schema) -> String {
        allCases.map { $0.sql(hash: hash, schema) }.joined(separator: ", ")
    }

    private func sql(hash: String, _ schema: Schema) -> String {
        switch self {
        case .hash: hash
        // The condition of the view live_sessions, as a column. The epochs are of the same snapshot as the session, so
        // that an end of all sessions is either committed and seen here, or still to be announced.
        case .liveUntil:
            """
            CASE WHEN s.expires_at > statement_timestamp() AND s.revoked_at IS NULL \
            AND s.general_epoch >= (SELECT g.ended_before FROM \(schema)authfcgi_state g) \
            AND NOT EXISTS (SELECT FROM \(schema)user_epochs e WHERE e.user_id = s.user_id \
            AND e.ended_before > s.user_epoch AND e.ended_before > 0 AND e.kept_hash IS DISTINCT FROM s.token_hash) \
            THEN s.expires_at END
            """
        case .id: "s.session_id"
        case .userID: "s.user_id"
        case .username: "s.username"
        case .groups: "s.groups"
        case .name: "s.name"
        case .email: "s.email"
        case .createdAt: "s.created_at"
        case .idleTimeout: "s.idle_timeout"
        case .asOf: "statement_timestamp()"
        }
    }
}
