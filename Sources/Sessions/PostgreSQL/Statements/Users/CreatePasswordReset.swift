internal import FoundationEssentials

/// Makes a link for a new password of one of the gate's own users, instead of an earlier one. The answer is the time of its
/// end; nil, with nothing changed, if the user is disabled or does not exist.
struct CreatePasswordReset: Statement {
    let userID: String
    /// The hash of the link's code.
    let codeHash: SHA256Digest

    typealias Answer = Date?
    static let isIdempotent = false

    func sql(in schema: Schema) -> String {
        let end = "\(schema)create_password_reset($1::text, $2::bytea)"
        return "SELECT \(Schema.microseconds("r.expires_at")) AS expires_at FROM \(end) r (expires_at)"
    }

    var parameters: [PostgreSQLParameter] { [.text(userID), .digest(codeHash)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Date? { try row.optionalDate("expires_at") }
}
