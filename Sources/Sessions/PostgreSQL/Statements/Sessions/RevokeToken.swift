/// Revokes the session with a token hash. The answer is that session; nil if there is none.
struct RevokeToken: Statement {
    let hash: SHA256Digest

    typealias Answer = EndedSession?
    static let isIdempotent = true
    static let isUrgent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT session_id, user_id, was_live \
        FROM \(schema)end_session_of_token($1::bytea, \(OwnWork.since("$2")))
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
