internal import FoundationEssentials

/// Finds the public id and the expiry of a session by the hash of its token. Not by the token, since a server may log
/// the parameters of statements.
struct FindSession: Statement {
    struct Row: Sendable {
        let id: String
        let expiresAt: Date
    }

    let hash: SHA256Digest

    typealias Answer = Row
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT s.session_id, \(Schema.microseconds("s.expires_at")) AS expires_at \
        FROM \(schema)session_tokens s WHERE s.token_hash = $1::bytea
        """
    }

    var parameters: [PostgreSQLParameter] { [.digest(hash)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Row {
        Row(id: try row.text("session_id"), expiresAt: try row.date("expires_at"))
    }
}
