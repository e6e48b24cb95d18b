/// Sets the password of the user of a link, and revokes all sessions of the user. The answer is the number of sessions that
/// ended; nil, with nothing changed, if the link is used, too old or unknown, or the user is disabled.
struct UsePasswordReset: Statement {
    /// The hash of the link's code.
    let codeHash: SHA256Digest
    /// The hash of the new password.
    let newHash: String

    typealias Answer = Int?
    static let isIdempotent = true
    static let isUrgent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT \(schema)use_password_reset($1::bytea, $2::text, \(OwnWork.since("$3"))) AS ended
        """
    }

    var parameters: [PostgreSQLParameter] { parameters(repeatedAfter: nil) }

    func parameters(repeatedAfter time: Duration?) -> [PostgreSQLParameter] {
        [.digest(codeHash), .text(newHash), OwnWork.parameter(repeatedAfter: time)]
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int? { try row.optionalInteger("ended") }
}
