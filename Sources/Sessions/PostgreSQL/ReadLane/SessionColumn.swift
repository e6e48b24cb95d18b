/// The columns of a look-up in their order, which the statements and ``SessionRow`` share: on the hot path values are read
/// by position.
enum SessionColumn: Int, CaseIterable {
    /// The hash that the row is for. Answers are matched by it, not by their position.
    case hash
    /// The session's end, or NULL if it is revoked or expired at the time of the statement by the server's clock (`now()`
    /// would be the beginning of the batch).
    case liveUntil
    case id, userID, username, groups, name, email, createdAt, idleTimeout
    /// The time of the statement.
    case asOf

    /// Returns the select list.
    /// - Parameter hash: The SQL expression of the hash.
    static func list(hash: String) -> String { allCases.map { $0.sql(hash: hash) }.joined(separator: ", ") }

    private func sql(hash: String) -> String {
        switch self {
        case .hash: hash
        case .liveUntil:
            "CASE WHEN s.expires_at > statement_timestamp() AND s.revoked_at IS NULL THEN s.expires_at END"
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
