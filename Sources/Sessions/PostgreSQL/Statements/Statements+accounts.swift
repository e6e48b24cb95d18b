/// What commands send about the gate's own users.
extension Statements {
    /// Users by their names: $2 at most of those behind $1. With each: how many live sessions there are, and when the
    /// newest of them began that came of a login; those with a label are of machines.
    var listUsers: String {
        """
        SELECT u.id, u.username, u.name, u.email, array_to_json(u.groups), u.disabled, \(Self.utc("u.created_at")), \
        live.count, \(Self.utc("live.latest")) \
        FROM (SELECT * FROM \(schema)authfcgi_users WHERE username > $1::text \
        ORDER BY username LIMIT $2::integer) u, \
        LATERAL (SELECT count(*), max(s.created_at) FILTER (WHERE s.label IS NULL) AS latest \
        FROM \(schema)live_sessions s WHERE s.user_id = u.id) live ORDER BY u.username
        """
    }

    /// Holds a user: who signs in, or changes the user as well, comes before or after.
    var lockUser: String { "SELECT 1 FROM \(schema)authfcgi_users WHERE id = $1::text FOR UPDATE" }

    var setPasswordHash: String {
        """
        UPDATE \(schema)authfcgi_users SET password_hash = $2::text, updated_at = statement_timestamp() \
        WHERE id = $1::text RETURNING 1
        """
    }

    /// No row when the user is disabled already.
    var disableUser: String { setDisabled("true") }

    /// No row when the user is not disabled.
    var enableUser: String { setDisabled("false") }

    var deleteUser: String { "DELETE FROM \(schema)authfcgi_users WHERE id = $1::text RETURNING 1" }

    private func setDisabled(_ value: String) -> String {
        """
        UPDATE \(schema)authfcgi_users SET disabled = \(value), updated_at = statement_timestamp() \
        WHERE id = $1::text AND disabled <> \(value) RETURNING 1
        """
    }
}
