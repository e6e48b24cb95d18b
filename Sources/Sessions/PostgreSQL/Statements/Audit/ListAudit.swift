/// Lists changes that commands and SQL have made, newest first.
struct ListAudit: Statement {
    /// The id, or the name in whatever spelling, of the user concerned; nil for all. Changes of several users or of all
    /// concern each.
    let user: String?
    /// The public id of the session concerned, a UUID; nil for all.
    let sessionID: String?
    /// The maximum number of changes.
    let limit: Int

    typealias Answer = [RecordedChange]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        // The end of all sessions of a user names none of them, so the user of a session counts as well.
        """
        SELECT \(Schema.microseconds("a.happened_at")) AS happened_at, a.action, a.user_id, a.username, a.users, \
        array_to_json(a.session_ids) AS session_ids, a.sessions, a.author, a.role, a.application, host(a.client) AS client \
        FROM \(schema)authfcgi_audit a \
        WHERE ($1::text IS NULL OR a.user_id IS NULL OR a.user_id = $1::text \
        OR \(schema)username_key(a.username) = \(schema)username_key($1::text)) \
        AND ($2::uuid IS NULL OR $2::uuid = ANY (a.session_ids) OR a.session_ids = '{}' AND (a.user_id IS NULL \
        OR a.user_id = (SELECT s.user_id FROM \(schema)session_tokens s WHERE s.session_id = $2::uuid))) \
        ORDER BY a.number DESC LIMIT $3::integer
        """
    }

    var parameters: [PostgreSQLParameter] { [.optional(user), .optional(sessionID), .number(limit)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> RecordedChange {
        RecordedChange(
            happenedAt: try row.date("happened_at"), action: try row.text("action"),
            userID: try row.optionalText("user_id"), username: try row.optionalText("username"),
            users: try row.optionalInteger("users"), sessionIDs: try row.texts("session_ids"),
            sessions: try row.optionalInteger("sessions"), author: try row.optionalText("author"),
            role: try row.text("role"), application: try row.text("application"),
            client: try row.optionalText("client"))
    }
}
