/// Finds a user with the operator's query, and the user's epoch, which must still hold when the login creates its
/// session. One statement, so that the epoch and the password hash are read at the same moment.
struct FindExternalUser: Statement {
    /// The operator's query, ``UsersQuery/sql``.
    let query: String
    let username: String

    typealias Answer = [UsersQueryRow]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT f.fields ->> 'id' AS id, jsonb_typeof(f.fields -> 'id') AS id_type, f.fields ->> 'username' AS username,
               CASE jsonb_typeof(f.fields -> 'password_hash') WHEN 'string' THEN f.fields ->> 'password_hash' END
                   AS password_hash,
               f.fields ->> 'name' AS name, f.fields ->> 'email' AS email,
               f.fields ->> 'groups' AS groups, jsonb_typeof(f.fields -> 'groups') AS groups_type,
               f.fields ->> 'disabled' AS disabled,
               f.fields ? 'password_hash' AS has_password_hash, f.fields ? 'disabled' AS has_disabled,
               coalesce(e.epoch, 0) + (SELECT g.epoch FROM \(schema)authfcgi_state g) AS epoch
        FROM (\(Self.userFields(query))) f LEFT JOIN \(schema)user_epochs e ON e.user_id = f.fields ->> 'id'
        """
    }

    /// Returns a statement for the rows of the operator's query as JSON, which keeps the columns' names and the digits
    /// of numbers. Two rows at most: more than one is a mistake. The alias must not be the name of a column, which
    /// would take precedence.
    static func userFields(_ query: String) -> String {
        """
        SELECT to_jsonb("authfcgi user") AS fields FROM (
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
