/// Finds the user with an id, if known, followed by the gate's own user with the same text as username. Ids are compared
/// exactly, usernames without case and in NFC.
struct UsersByIDAndName: Statement {
    let name: String

    typealias Answer = [NamedUser]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT asked.id, u.username, (SELECT s.username FROM \(schema)live_sessions s WHERE s.user_id = asked.id \
        ORDER BY s.created_at DESC, s.session_id LIMIT 1) AS session_name, 1 AS rank FROM (VALUES ($1::text)) asked(id) \
        LEFT JOIN \(schema)authfcgi_users u ON u.id = asked.id \
        WHERE u.id IS NOT NULL OR EXISTS (SELECT FROM \(schema)user_epochs e WHERE e.user_id = asked.id) \
        OR EXISTS (SELECT FROM \(schema)live_sessions s WHERE s.user_id = asked.id) \
        UNION ALL SELECT u.id, u.username, NULL, 2 FROM \(schema)authfcgi_users u \
        WHERE u.username_key = \(schema)username_key($1::text) AND u.id <> $1::text ORDER BY 4
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(name)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> NamedUser { try NamedUser(row) }
}

/// Finds the users whose live sessions have a username, for applications that keep their own users, whose names are
/// compared exactly: they may distinguish cases. There is no index for it: all live sessions are read.
struct UsersBySessionName: Statement {
    let name: String
    /// The maximum number of users.
    let limit: Int

    typealias Answer = [NamedUser]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT DISTINCT s.user_id AS id, u.username, s.username AS session_name FROM \(schema)live_sessions s \
        LEFT JOIN \(schema)authfcgi_users u ON u.id = s.user_id \
        WHERE s.username = $1::text ORDER BY 1 LIMIT $2::integer
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(name), .number(limit)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> NamedUser { try NamedUser(row) }
}

extension NamedUser {
    /// Decodes a row. `username` is NULL for a user who is not one of the gate's own.
    fileprivate init(_ row: PostgreSQLRow) throws(PostgreSQLError) {
        self.init(
            id: try row.text("id"), accountName: try row.optionalText("username"),
            sessionName: try row.optionalText("session_name"))
    }
}
