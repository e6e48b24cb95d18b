/// Revokes one session by its public id. The answer is whether it was live until then.
struct RevokeSession: Statement {
    /// The session's public id, a UUID.
    let id: String
    /// The user whose session it must be; nil for any user.
    let userID: String?

    typealias Answer = Bool
    static let isIdempotent = true
    static let isUrgent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT \(schema)revoke_session($1::uuid, $2::text) OR EXISTS (SELECT FROM \(schema)session_tokens s \
        WHERE s.session_id = $1::uuid AND ($2::text IS NULL OR s.user_id = $2::text) AND \(OwnWork.ended("s", "$3"))) \
        AS was_live
        """
    }

    var parameters: [PostgreSQLParameter] { parameters(repeatedAfter: nil) }

    func parameters(repeatedAfter time: Duration?) -> [PostgreSQLParameter] {
        [.text(id), .optional(userID), OwnWork.parameter(repeatedAfter: time)]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Bool { try row.flag("was_live") }
}
