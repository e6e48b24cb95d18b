/// Finds a user with the operator's query, and the user's epoch, which must still hold when the login creates its
/// session. One statement, so that the epoch and the password hash are read at the same moment.
struct FindExternalUser: Statement {
    /// The operator's query, ``UsersQuery/sql``.
    let query: String
    let username: String

    typealias Answer = [UsersQueryRow]
    static let isIdempotent = true

    /// Everything is qualified, because the search path is the operator's.
    func sql(in schema: Schema) -> String {
        """
        SELECT \(Self.text("id")) AS id, \(Self.type("id")) AS id_type, \(Self.text("username")) AS username,
               CASE WHEN \(Self.type("password_hash")) OPERATOR(pg_catalog.=) 'string' THEN \(Self.text("password_hash")) END
                   AS password_hash,
               \(Self.text("name")) AS name, \(Self.text("email")) AS email,
               \(Self.text("groups")) AS groups, \(Self.type("groups")) AS groups_type,
               \(Self.text("disabled")) AS disabled,
               f.fields OPERATOR(pg_catalog.?) 'password_hash' AS has_password_hash,
               f.fields OPERATOR(pg_catalog.?) 'disabled' AS has_disabled,
               coalesce(e.epoch, 0) OPERATOR(pg_catalog.+) (SELECT g.epoch FROM \(schema)authfcgi_state g) AS epoch
        FROM (\(Self.userFields(query))) f
             LEFT JOIN \(schema)user_epochs e ON e.user_id OPERATOR(pg_catalog.=) (\(Self.text("id")))
        """
    }

    /// Returns SQL for a column of the user as text.
    private static func text(_ column: String) -> String { "f.fields OPERATOR(pg_catalog.->>) '\(column)'" }

    /// Returns SQL for the JSON type of a column of the user.
    private static func type(_ column: String) -> String {
        "pg_catalog.jsonb_typeof(f.fields OPERATOR(pg_catalog.->) '\(column)')"
    }

    /// Returns a statement for the rows of the operator's query as JSON, which keeps the columns' names and the digits
    /// of numbers. Two rows at most: more than one is a mistake. The alias must not be the name of a column, which
    /// would take precedence.
    static func userFields(_ query: String) -> String {
        """
        SELECT pg_catalog.to_jsonb("authfcgi user") AS fields FROM (
        \(query)
        ) AS "authfcgi user" LIMIT 2
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(username)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> UsersQueryRow {
        UsersQueryRow(
            id: try row.optionalText("id"), idType: try row.optionalText("id_type"),
            username: try row.optionalText("username"), passwordHash: try row.optionalText("password_hash"),
            name: try row.optionalText("name"), email: try row.optionalText("email"),
            groups: try row.optionalText("groups"), groupsType: try row.optionalText("groups_type"),
            disabled: try row.optionalText("disabled"), hasPasswordHash: try row.flag("has_password_hash"),
            hasDisabled: try row.flag("has_disabled"), epoch: try row.integer("epoch", as: Int64.self))
    }
}
