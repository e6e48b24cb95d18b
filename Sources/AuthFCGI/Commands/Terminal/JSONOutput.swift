internal import FoundationEssentials
internal import Sessions

/// JSON that commands print for other programs.
enum JSONOutput {
    static func sessions(_ sessions: [SessionEntry]) throws -> String { try text(sessions.map(fields)) }

    static func count(sessions: Int, users: Int) throws -> String {
        try text(["sessions": sessions, "users": users])
    }

    /// The result of a change to one user.
    static func change(_ change: AccountChange, of account: ResolvedUser) throws -> String {
        try text(AccountChangeReport(change, of: account))
    }

    /// Returns a portion of an array of users: its elements, after a comma unless they are the first.
    static func users(_ users: [ListedUser], areFirst: Bool) throws -> String {
        let elements = try users.map { try text(ListedUserReport($0)) }.joined(separator: ",")
        return areFirst || users.isEmpty ? elements : "," + elements
    }

    /// Every key is always present; null means no value.
    private static func fields(_ session: SessionEntry) -> [String: String?] {
        [
            "id": session.id, "user_id": session.userID, "username": session.username,
            "created_at": UTCTime(session.createdAt).text, "last_seen_at": UTCTime(session.lastSeenAt).text,
            "expires_at": UTCTime(session.expiresAt).text, "client_ip": session.origin.clientAddress,
            "user_agent": session.origin.userAgent, "label": session.origin.label,
        ]
    }

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
