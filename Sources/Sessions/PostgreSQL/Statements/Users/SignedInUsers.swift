/// Lists users who have live sessions in the order of their ids, each with the username in the newest session.
struct SignedInUsers: Statement {
    struct Row: Sendable {
        let userID: String
        let username: String
    }

    /// The id after which the list begins; empty to begin with the first user.
    let after: String
    /// The maximum number of users.
    let limit: Int

    typealias Answer = [Row]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT DISTINCT ON (s.user_id) s.user_id, s.username FROM \(schema)live_sessions s
        WHERE s.user_id > $1::text
        ORDER BY s.user_id, s.created_at DESC LIMIT $2::integer
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(after), .number(limit)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Row {
        Row(userID: try row.text("user_id"), username: try row.text("username"))
    }
}
