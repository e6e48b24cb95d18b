/// Counts the live sessions and the users who have one.
struct CountSessions: Statement {
    struct Row: Sendable {
        let sessions: Int
        let users: Int
    }

    typealias Answer = Row
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT count(*) AS sessions, count(DISTINCT s.user_id) AS users \
        FROM \(schema)live_sessions s
        """
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Row {
        Row(sessions: try row.integer("sessions"), users: try row.integer("users"))
    }
}
