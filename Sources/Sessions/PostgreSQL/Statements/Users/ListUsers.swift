/// Lists the gate's own users in the order of their usernames, with the number of their live sessions and the time at
/// which a login created the newest one. Sessions with a label are not from logins.
struct ListUsers: Statement {
    /// The username after which the list begins; nil to begin with the first user.
    let after: String?
    /// The maximum number of users.
    let limit: Int

    typealias Answer = [ListedUser]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        let page = "WHERE username_key > \(schema)username_key($1::text) ORDER BY username_key LIMIT $2::integer"
        return "\(ListedUser.select(page, in: schema)) ORDER BY u.username_key"
    }

    var parameters: [PostgreSQLParameter] { [.text(after ?? ""), .number(limit)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> ListedUser { try ListedUser(row) }
}

/// Finds one of the gate's own users with what ``ListUsers`` tells of each.
struct FindListedUser: Statement {
    enum Key: Sendable {
        case username(String)
        case id(String)
    }

    let key: Key

    typealias Answer = ListedUser?
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        switch key {
        case .username: ListedUser.select("WHERE username_key = \(schema)username_key($1::text)", in: schema)
        case .id: ListedUser.select("WHERE id = $1::text", in: schema)
        }
    }

    var parameters: [PostgreSQLParameter] {
        switch key {
        case .username(let text), .id(let text): [.text(text)]
        }
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> ListedUser { try ListedUser(row) }
}

extension ListedUser {
    /// Returns a query of users.
    /// - Parameter condition: The end of a query of `authfcgi_users`, which selects the users.
    fileprivate static func select(_ condition: String, in schema: Schema) -> String {
        """
        SELECT u.id, u.username, u.name, u.email, array_to_json(u.groups) AS groups, u.disabled, \
        \(Schema.microseconds("u.created_at")) AS created_at, live.count AS live_sessions, \
        \(Schema.microseconds("live.latest")) AS last_login_at \
        FROM (SELECT * FROM \(schema)authfcgi_users \(condition)) u, \
        LATERAL (SELECT count(*), max(s.created_at) FILTER (WHERE s.label IS NULL) AS latest \
        FROM \(schema)live_sessions s WHERE s.user_id = u.id) live
        """
    }

    fileprivate init(_ row: PostgreSQLRow) throws(PostgreSQLError) {
        self.init(
            id: try row.text("id"), username: try row.text("username"), name: try row.text("name"),
            email: try row.text("email"), groups: try row.texts("groups"), isDisabled: try row.flag("disabled"),
            createdAt: try row.date("created_at"), liveSessions: try row.integer("live_sessions"),
            lastLoginAt: try row.optionalDate("last_login_at"))
    }
}
