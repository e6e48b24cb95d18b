internal import EventLoop

/// The rights that a gate needs when its role does not own the tables. Migrations need the owner.
package enum Grants {
    /// The rights on tables and the view. Most changes are made by functions with their owner's rights: only the owner
    /// writes sessions, epochs, keys and limits directly, or reads the login throttle.
    private static let rights = [
        ("session_tokens", "SELECT"),
        ("live_sessions", "SELECT"),
        ("user_epochs", "SELECT (user_id, epoch, ended_before, kept_hash)"),
        ("session_keys", "SELECT"),
        ("session_limits", "SELECT"),
        ("authfcgi_state", "SELECT, UPDATE (users_compared_at)"),
        ("hashing_costs", "SELECT, INSERT, UPDATE, DELETE"),
        ("recent_hashing_costs", "SELECT"),
        (
            "authfcgi_users",
            "SELECT, INSERT (username, password_hash, name, email, groups), "
                + "UPDATE (username, password_hash, name, email, groups, disabled, updated_at), DELETE"
        ),
        ("authfcgi_audit", "SELECT"),
        (Migrations.table, "SELECT"),
    ]
    /// The functions that commands and requests of the gate call. Not included: functions that only triggers and other
    /// functions call, key rotation, and the functions for tables of other applications.
    private static let functions = [
        "change_user_password", "claim_session_cleanup", "create_access_token", "create_session",
        "current_redis_seal_keys", "get_user_from_token", "get_user_from_token_hash", "has_untidied_users",
        "listen_for_revocations", "login_throttle_key", "login_throttle_name", "make_redis_seal_key",
        "notification_state", "record_command", "rehash_user",
        "remove_ended_sessions", "remove_expired_login_throttle", "remove_expired_sessions", "remove_old_audit",
        "reserve_login",
        "revoke_access_token",
        "revoke_access_token_hash", "revoke_all_sessions", "revoke_session", "revoke_user_sessions",
        "session_token_hash", "settle_login", "touch_sessions", "update_user_sessions",
        "username_key",
    ]
    private static let deadline = Duration.seconds(60)

    /// Returns true if there is a role with this name. PUBLIC, which GRANT takes in quotes too, and the words for roles of
    /// the connection, such as CURRENT_USER, are no names of roles.
    package static func isRole(_ name: String, on connection: PostgreSQLConnection) throws(PostgreSQLError) -> Bool {
        let roles = try connection.query(
            "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname::pg_catalog.text OPERATOR(pg_catalog.=) $1::pg_catalog.text",
            [.text(name)], deadline: deadline)
        return roles.rowCount == 1
    }

    /// Grants a role the rights of a gate. To be repeated after each migration; repeating it is harmless.
    ///
    /// - Parameters:
    ///   - role: The role's name, without quotation marks.
    ///   - connection: A connection of the tables' owner that has entered their schema.
    /// - Throws: ``PostgreSQLError``, for example if the role does not exist or the connection's role may not grant.
    package static func run(to role: String, on connection: PostgreSQLConnection) throws(PostgreSQLError) {
        // GRANT would take "public" as every role.
        guard try isRole(role, on: connection) else { throw .unusable("there is no such role to grant rights to") }
        let statements = try connection.query(
            """
            WITH home AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = $2::text)
            SELECT format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', c.oid::regclass)
              FROM pg_class c JOIN home ON home.oid = c.relnamespace WHERE c.relname = $6::text
            UNION ALL
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
                .text(role), .optional(connection.schema.name), .texts(rights.map(\.0)), .texts(rights.map(\.1)),
                .texts(functions), .text(Migrations.table),
            ], deadline: deadline)
        let script = (0..<statements.rowCount).map { statements.text($0, 0) }
        // PostgreSQL runs a script as one transaction. The lock comes first: two processes that change the same rights at
        // once would fail, and PostgreSQL only warns a role that may not grant, but refuses it the lock.
        try connection.script(script.joined(separator: ";\n"), deadline: deadline)
    }
}
