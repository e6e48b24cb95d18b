/// Finds out why a token has no live session.
struct ExplainAbsence: Statement {
    let hash: SHA256Digest

    typealias Answer = SessionAbsence
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT s.session_id, s.user_id, s.username, CASE
            WHEN s.token_hash IS NULL THEN 'unknown: no such session, or removed after its end'
            WHEN s.revoked_at IS NOT NULL THEN 'revoked'
            WHEN s.general_epoch < g.ended_before THEN 'revoked with the sessions of everybody'
            WHEN s.user_epoch < e.ended_before AND e.kept_hash IS DISTINCT FROM s.token_hash
                THEN 'revoked with all sessions of the user'
            WHEN s.expires_at <= statement_timestamp() AND s.expires_at < s.absolute_expires_at THEN 'expired: not in use'
            WHEN s.expires_at <= statement_timestamp() THEN 'expired'
            ELSE 'not there when it was asked for' END AS reason
        FROM \(schema)authfcgi_state g LEFT JOIN \(schema)session_tokens s ON s.token_hash = $1::bytea
        LEFT JOIN \(schema)user_epochs e ON e.user_id = s.user_id WHERE g.only_row
        """
    }

    var parameters: [PostgreSQLParameter] { [.digest(hash)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> SessionAbsence {
        SessionAbsence(
            reason: try row.text("reason"), sessionID: try row.optionalText("session_id"),
            userID: try row.optionalText("user_id"), username: try row.optionalText("username"))
    }
}
