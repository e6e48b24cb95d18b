/// The next users who have live sessions, by their ids, each with the name of the newest session.
struct SignedInUsers: Statement {
    struct Row: Sendable {
        let userID: String
        let username: String
    }

    /// Only those behind this id; empty for the first.
    let after: String
    /// How many at most.
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
