/// Changes the password of one of the gate's own users and revokes all sessions of the user but one. The answer is the
/// number of sessions that ended; nil, with nothing changed, if the password is no longer the verified one, the user
/// may not sign in, or the session that stays has ended.
struct ChangePassword: Statement {
    let userID: String
    /// The hash that the current password was verified against.
    let oldHash: String
    let newHash: String
    /// The token hash of the session that stays.
    let kept: SHA256Digest

    typealias Answer = Int?
    static let isIdempotent = true
    static let isUrgent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT \(schema)change_user_password($1::text, $2::text, $3::text, $4::bytea, \(OwnWork.since("$5"))) AS ended
        """
    }

    var parameters: [PostgreSQLParameter] { parameters(repeatedAfter: nil) }

    func parameters(repeatedAfter time: Duration?) -> [PostgreSQLParameter] {
        [.text(userID), .text(oldHash), .text(newHash), .digest(kept), OwnWork.parameter(repeatedAfter: time)]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int? { try row.optionalInteger("ended") }
}
