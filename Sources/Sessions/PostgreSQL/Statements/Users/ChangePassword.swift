/// Gives one of the gate's own users another password, unless it is another one by now than the one that was checked, and
/// ends all sessions of the user but one. The answer is how many ended; nil: nothing was changed.
struct ChangePassword: Statement {
    let userID: String
    /// The hash that the current password was checked against.
    let oldHash: String
    let newHash: String
    /// The token's hash of the session that stays.
    let kept: SHA256Digest

    typealias Answer = Int?
    static let isIdempotent = true
    static let isUrgent = true

    func sql(in schema: Schema) -> String {
        "SELECT \(schema)change_user_password($1::text, $2::text, $3::text, $4::bytea) AS ended"
    }

    var parameters: [PostgreSQLParameter] { [.text(userID), .text(oldHash), .text(newHash), .digest(kept)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int? { try row.optionalInteger("ended") }
}
