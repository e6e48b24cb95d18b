/// Ends all sessions of a user, and all logins of theirs that are under way. The answer is how many sessions were live.
struct RevokeUserSessions: Statement {
    let userID: String
    /// The token's hash of the one that stays.
    var kept: SHA256Digest?

    typealias Answer = Int
    static let isIdempotent = true
    static let isUrgent = true

    func sql(in schema: Schema) -> String { "SELECT \(schema)revoke_user_sessions($1::text, $2::bytea) AS ended" }

    var parameters: [PostgreSQLParameter] { [.text(userID), .optionalDigest(kept)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int { try row.integer("ended") }
}
