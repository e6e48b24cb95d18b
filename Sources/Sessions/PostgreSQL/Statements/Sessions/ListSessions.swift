/// Lists the live sessions of a user, newest first.
struct ListSessions: Statement {
    let userID: String
    /// The maximum number of sessions; nil for all.
    var limit: Int?

    typealias Answer = [SessionEntry]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        \(SessionEntry.select(in: schema)) WHERE s.user_id = $1::text \
        ORDER BY s.created_at DESC, s.session_id LIMIT $2::integer
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(userID), .optionalNumber(limit)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> SessionEntry { try SessionEntry(row) }
}
