/// Finds the session of a token if it has a public id and was revoked within 30 seconds. The answer is nil otherwise.
struct FindJustEnded: Statement {
    let hash: SHA256Digest
    /// The session's public id, a UUID.
    let id: String

    typealias Answer = EndedSession?
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT s.session_id, s.user_id FROM \(schema)session_tokens s \
        WHERE s.token_hash = $1::bytea AND s.session_id = $2::uuid \
        AND s.revoked_at >= statement_timestamp() - interval '30 seconds'
        """
    }

    var parameters: [PostgreSQLParameter] { [.digest(hash), .text(id)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> EndedSession {
        EndedSession(id: try row.text("session_id"), userID: try row.text("user_id"), wasLive: false)
    }
}
