/// Revokes one session by its public id. The answer is whether it was live until then.
struct RevokeSession: Statement {
    /// The session's public id, a UUID.
    let id: String
    /// The user whose session it must be; nil for any user.
    let userID: String?

    typealias Answer = Bool
    static let isIdempotent = true
    static let isUrgent = true

    func sql(in schema: Schema) -> String { "SELECT \(schema)revoke_session($1::uuid, $2::text) AS was_live" }

    var parameters: [PostgreSQLParameter] { [.text(id), .optional(userID)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Bool { try row.flag("was_live") }
}
