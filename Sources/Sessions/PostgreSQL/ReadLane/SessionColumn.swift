/// The columns of a look-up, in their order: the statements and ``SessionRow`` take it from here, so that a row of the hot
/// path is read by places and both mean the same.
enum SessionColumn: Int, CaseIterable {
    /// The hash that the row answers for, so that an answer is known by what it says and not by its place.
    case hash
    /// The session's end; NULL unless it is alive, which is neither revoked nor expired, by the server's clock at the
    /// moment of the statement (in a batch `now()` would be the batch's first moment).
    case liveUntil
    case id, userID, username, groups, name, email, createdAt, idleTimeout
    /// The moment for which all this is said.
    case asOf

    /// - Parameter hash: where the statement has the hash.
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
