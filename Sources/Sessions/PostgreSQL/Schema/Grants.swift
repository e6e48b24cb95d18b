internal import EventLoop

/// What a gate needs that works with a role which does not own the tables. Migrations are for the owner alone.
package struct Grants: Sendable {
    private let schema: String?

    /// - Parameter schema: the schema of the tables; nil for the first of the connection's search path.
    package init(schema: String?) {
        self.schema = schema
    }

    private static let keys = "session_keys"
    /// What they do is what commands and requests of the gate do. Not among them: what triggers call, which nobody has
    /// to be allowed, keys, and other programs' tables of users.
    private static let functions = [
        "change_user_password", "claim_session_cleanup", "create_access_token", "create_session",
        "get_user_from_token", "get_user_from_token_hash", "lock_login_throttle", "login_throttle_hash",
        "login_throttle_key", "login_throttle_name", "login_throttle_next", "login_throttle_recent", "rehash_user",
        "remove_expired_login_throttle", "remove_expired_sessions", "reserve_login", "revoke_access_token",
        "revoke_access_token_hash", "revoke_all_sessions", "revoke_session", "revoke_user_sessions",
        "session_idle_grace", "session_random_bytes", "session_token_hash", "settle_login", "touch_sessions",
        "update_user_sessions",
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
            SELECT format('GRANT %s ON TABLE %s TO %I', privileges, c.oid::regclass, $1::text)
              FROM (VALUES ($3::text[], 'SELECT, INSERT, UPDATE, DELETE'), ($4::text[], 'SELECT')) wanted (tables, privileges)
              JOIN pg_class c ON c.relname = ANY (tables) JOIN home ON home.oid = c.relnamespace
            UNION ALL
            SELECT format('GRANT EXECUTE ON FUNCTION %s TO %I', p.oid::regprocedure, $1::text)
              FROM pg_proc p JOIN home ON home.oid = p.pronamespace WHERE p.proname = ANY ($5::text[])
            """,
            [
                .text(role), .optional(schema), .texts(Migrations.tables.filter { $0 != Self.keys }),
                .texts([Self.keys, Migrations.table]), .texts(Self.functions),
            ], deadline: Self.deadline)
        let script = (0..<statements.rowCount).map { statements.text($0, 0) }
        // One script is one transaction.
        try connection.script(script.joined(separator: ";\n"), deadline: Self.deadline)
    }
}
