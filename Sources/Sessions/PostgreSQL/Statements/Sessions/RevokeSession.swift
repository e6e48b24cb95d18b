/// Ends one session by its public id. The answer is whether it was live until then.
struct RevokeSession: Statement {
    /// A UUID.
    let id: String
    /// The user that it must belong to; nil: any.
    let userID: String?

    typealias Answer = Bool
    static let isIdempotent = true
    static let isUrgent = true

    func sql(in schema: Schema) -> String { "SELECT \(schema)revoke_session($1::uuid, $2::text) AS was_live" }

    var parameters: [PostgreSQLParameter] { [.text(id), .optional(userID)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Bool { try row.flag("was_live") }
}
