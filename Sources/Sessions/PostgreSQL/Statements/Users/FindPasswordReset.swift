/// Finds the user who can choose a new password with a link. The answer is nil if the link is used, too old or unknown, or
/// the user is disabled.
struct FindPasswordReset: Statement {
    /// The hash of the link's code.
    let codeHash: SHA256Digest

    typealias Answer = PasswordResetUser?
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        "SELECT r.user_id, r.username FROM \(schema)find_password_reset($1::bytea) r"
    }

    var parameters: [PostgreSQLParameter] { [.digest(codeHash)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> PasswordResetUser? {
        guard let id = try row.optionalText("user_id") else { return nil }
        return PasswordResetUser(id: id, username: try row.text("username"))
    }
}
