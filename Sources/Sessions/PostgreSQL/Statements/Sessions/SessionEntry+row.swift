/// The rows of lists of sessions.
extension SessionEntry {
    /// Returns the beginning of a query of live sessions `s`.
    static func select(in schema: Schema) -> String {
        """
        SELECT s.session_id, s.user_id, s.username, \(Schema.microseconds("s.created_at")) AS created_at, \
        \(Schema.microseconds("s.last_seen_at")) AS last_seen_at, \(Schema.microseconds("s.expires_at")) AS expires_at, \
        host(s.client_ip) AS client_ip, s.user_agent, s.label FROM \(schema)live_sessions s
        """
    }

    /// Decodes a row of ``select(in:)``.
    init(_ row: PostgreSQLRow) throws(PostgreSQLError) {
        self.init(
            id: try row.text("session_id"), userID: try row.text("user_id"), username: try row.text("username"),
            createdAt: try row.date("created_at"), lastSeenAt: try row.date("last_seen_at"),
            expiresAt: try row.date("expires_at"),
            origin: SessionOrigin(
                clientAddress: try row.optionalText("client_ip"), userAgent: try row.optionalText("user_agent"),
                label: try row.optionalText("label")))
    }
}
