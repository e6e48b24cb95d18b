/// The SQL about who may sign in.
extension Statements {
    /// A user as an operator's query finds them, with the epoch that a login must still find when it makes its session:
    /// one statement, so that epoch and password are of the same moment.
    func queriedUser(_ query: String) -> String {
        """
        SELECT f.fields ->> 'id', jsonb_typeof(f.fields -> 'id'), f.fields ->> 'username',
               CASE jsonb_typeof(f.fields -> 'password_hash') WHEN 'string' THEN f.fields ->> 'password_hash' END,
               f.fields ->> 'name', f.fields ->> 'email', f.fields ->> 'groups', jsonb_typeof(f.fields -> 'groups'),
               f.fields ->> 'disabled',
               coalesce(e.epoch, 0) + (SELECT g.epoch FROM \(schema)session_settings g)
        FROM (\(Self.userFields(query))) f LEFT JOIN \(schema)session_users e ON e.user_id = f.fields ->> 'id'
        """
    }

    /// What an operator's query returns, as JSON, which knows columns by their names and numbers by their digits. Two rows
    /// at most: one is a user, more are a mistake. The alias is one that no column has, since a column would be meant then.
    static func userFields(_ query: String) -> String {
        """
        SELECT to_jsonb("authfcgi user") AS fields FROM (
        \(query)
        ) AS "authfcgi user" LIMIT 2
        """
    }

    /// Another hash of the same password for one of the gate's own users, if it has not been changed meanwhile.
    var rehashUser: String { "SELECT \(schema)rehash_user($1::text, $2::text, $3::text)" }
}
