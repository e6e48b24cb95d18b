/// Finds the user of a session by its public id. The answer is nil if there is no such session.
struct FindSessionUser: Statement {
    /// The session's public id, a UUID.
    let id: String

    typealias Answer = NamedUser?
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT s.user_id, s.username, u.username AS account_name FROM \(schema)session_tokens s \
        LEFT JOIN \(schema)authfcgi_users u ON u.id = s.user_id WHERE s.session_id = $1::uuid
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(id)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> NamedUser {
        NamedUser(
            id: try row.text("user_id"), accountName: try row.optionalText("account_name"),
            sessionName: try row.text("username"))
    }
}
