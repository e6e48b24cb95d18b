internal import FoundationEssentials
internal import Sessions

/// JSON that commands print for other programs.
enum JSONOutput {
    static func sessions(_ sessions: [ListedSession]) throws -> String { try text(sessions.map(fields)) }

    static func count(sessions: Int, users: Int) throws -> String {
        try text(["sessions": sessions, "users": users])
    }

    /// Every key is always there; null says that there is nothing.
    private static func fields(_ session: ListedSession) -> [String: String?] {
        [
            "id": session.id, "user_id": session.userID, "username": session.username,
            "created_at": session.createdAt.text, "last_seen_at": session.lastSeenAt.text,
            "expires_at": session.expiresAt.text, "client_ip": session.clientAddress,
            "user_agent": session.userAgent, "label": session.label,
        ]
    }

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
