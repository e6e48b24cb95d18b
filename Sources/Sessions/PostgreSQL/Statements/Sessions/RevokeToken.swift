/// Revokes the session with a token hash. The answer is that session; nil if there is none.
struct RevokeToken: Statement {
    let hash: SHA256Digest

    typealias Answer = EndedSession?
    static let isIdempotent = true
    static let isUrgent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT \(schema)revoke_access_token_hash($1::bytea) OR coalesce(\(OwnWork.ended("s", "$2")), false) AS was_live, \
        s.session_id, s.user_id \
        FROM (VALUES (1)) once LEFT JOIN \(schema)session_tokens s ON s.token_hash = $1::bytea
        """
    }

    var parameters: [PostgreSQLParameter] { parameters(repeatedAfter: nil) }

    func parameters(repeatedAfter time: Duration?) -> [PostgreSQLParameter] {
        [.digest(hash), OwnWork.parameter(repeatedAfter: time)]
    }

    /// Returns the session; nil if there is none with that token hash.
    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> EndedSession? {
        guard let id = try row.optionalText("session_id") else { return nil }
        return EndedSession(id: id, userID: try row.text("user_id"), wasLive: try row.flag("was_live"))
    }
}
