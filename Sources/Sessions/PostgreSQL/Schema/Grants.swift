internal import EventLoop

/// What a gate needs that works with a role which does not own the tables. Migrations are for the owner alone.
package struct Grants: Sendable {
    private let schema: String?

    /// - Parameter schema: the schema of the tables; nil for the first of the connection's search path.
    package init(schema: String?) {
        self.schema = schema
    }

    /// What commands and requests of the gate do by themselves. Most changes are made by functions, which need no rights
    /// of their caller: no role but the owner writes sessions, epochs, keys and limits otherwise, or sees what the
    /// throttle of logins keeps.
    private static let rights = [
        ("session_tokens", "SELECT"),
        ("live_sessions", "SELECT"),
        ("user_epochs", "SELECT (user_id, epoch)"),
        ("session_keys", "SELECT"),
        ("session_limits", "SELECT"),
        ("authfcgi_state", "SELECT, UPDATE (users_compared_at, slowest_hash, slowest_hash_byte, largest_hash)"),
        (
            "authfcgi_users",
            "SELECT, INSERT (username, password_hash, name, email, groups), "
                + "UPDATE (password_hash, disabled, updated_at), DELETE"
        ),
        (Migrations.table, "SELECT"),
    ]
    /// What they do is what commands and requests of the gate do. Not among them: what triggers and other functions call,
    /// which nobody has to be allowed, keys, and other programs' tables of users.
    private static let functions = [
        "change_user_password", "claim_session_cleanup", "create_access_token", "create_session",
        "get_user_from_token", "get_user_from_token_hash", "login_throttle_key", "login_throttle_name", "rehash_user",
        "remove_expired_login_throttle", "remove_expired_sessions", "reserve_login", "revoke_access_token",
        "revoke_access_token_hash", "revoke_all_sessions", "revoke_session", "revoke_user_sessions",
        "session_token_hash", "settle_login", "touch_sessions", "update_user_sessions",
    ]
    private static let deadline = Duration.seconds(60)

    /// Lets a role use the tables. Once more after every migration, and as often as one likes.
    ///
    /// - Parameter role: its name as PostgreSQL has it, not quoted.
    /// - Throws: `PostgreSQLError`: there is no such role, or the connection's role may not grant.
    package func run(to role: String, on connection: PostgreSQLConnection) throws(PostgreSQLError) {
        let statements = try connection.query(
            """
            WITH home AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = coalesce($2::text, current_schema()))
            SELECT format('GRANT USAGE ON SCHEMA %I TO %I', nspname, $1::text) FROM home
             WHERE NOT has_schema_privilege($1::name, oid, 'USAGE')
            UNION ALL
            SELECT format('GRANT %s ON TABLE %s TO %I', wanted.privileges, c.oid::regclass, $1::text)
              FROM unnest($3::text[], $4::text[]) wanted (relation, privileges)
              JOIN pg_class c ON c.relname = wanted.relation JOIN home ON home.oid = c.relnamespace
            UNION ALL
            SELECT format('GRANT EXECUTE ON FUNCTION %s TO %I', p.oid::regprocedure, $1::text)
              FROM pg_proc p JOIN home ON home.oid = p.pronamespace WHERE p.proname = ANY ($5::text[])
            """,
            [
                .text(role), .optional(schema), .texts(Self.rights.map(\.0)), .texts(Self.rights.map(\.1)),
                .texts(Self.functions),
            ], deadline: Self.deadline)
        let script = (0..<statements.rowCount).map { statements.text($0, 0) }
        // One script is one transaction.
        try connection.script(script.joined(separator: ";\n"), deadline: Self.deadline)
    }
}
