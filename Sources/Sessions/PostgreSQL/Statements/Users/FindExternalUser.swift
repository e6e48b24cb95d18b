/// A user as an operator's query finds them, with the epoch that a login must still find when it makes its session: one
/// statement, so that epoch and password are of the same moment.
struct FindExternalUser: Statement {
    /// ``UsersQuery/sql``.
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

    /// What an operator's query returns, as JSON, which knows columns by their names and numbers by their digits. Two
    /// rows at most: one is a user, more are a mistake. The alias is one that no column has, since a column would be
    /// meant then.
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
