/// Revokes all sessions of a user, and refuses the user's logins in progress. The answer is the number of sessions that
/// were live, as far as they can be counted in half a second.
struct RevokeUserSessions: Statement {
    let userID: String
    /// The token hash of the session that stays; nil for none.
    var kept: SHA256Digest?

    typealias Answer = Int
    static let isIdempotent = true
    static let isUrgent = true

    func sql(in schema: Schema) -> String {
        "SELECT \(schema)end_sessions_of_user($1::text, $2::bytea, \(OwnWork.since("$3"))) AS ended"
    }

    var parameters: [PostgreSQLParameter] { parameters(repeatedAfter: nil) }

    func parameters(repeatedAfter time: Duration?) -> [PostgreSQLParameter] {
        [.text(userID), .optionalDigest(kept), OwnWork.parameter(repeatedAfter: time)]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int { try row.integer("ended") }
}
