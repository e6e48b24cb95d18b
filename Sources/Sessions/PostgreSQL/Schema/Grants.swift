internal import EventLoop

/// The rights that a gate needs when its role does not own the tables. Migrations need the owner.
package enum Grants {
    /// A right on a table or view; without columns on all of it.
    struct Right: Sendable {
        let relation: String
        let privilege: String
        var columns: [String] = []

        /// The right as in GRANT.
        var sql: String { columns.isEmpty ? privilege : "\(privilege) (\(columns.joined(separator: ", ")))" }
    }

    /// The rights on tables and the view. Most changes are made by functions with their owner's rights: only the owner
    /// writes sessions, epochs, keys and limits directly, or reads the login throttle. For the functions that commands and
    /// requests of the gate call see ``SchemaObjects/functions``.
    static let rights = [
        Right(relation: "session_tokens", privilege: "SELECT"),
        Right(relation: "live_sessions", privilege: "SELECT"),
        Right(
            relation: "user_epochs", privilege: "SELECT", columns: ["user_id", "epoch", "ended_before", "kept_hash"]),
        Right(relation: "session_keys", privilege: "SELECT"),
        Right(relation: "session_limits", privilege: "SELECT"),
        Right(relation: "authfcgi_state", privilege: "SELECT"),
        Right(relation: "authfcgi_state", privilege: "UPDATE", columns: ["users_compared_at"]),
        Right(relation: "hashing_costs", privilege: "SELECT"),
        Right(relation: "hashing_costs", privilege: "INSERT"),
        Right(relation: "hashing_costs", privilege: "UPDATE"),
        Right(relation: "hashing_costs", privilege: "DELETE"),
        Right(relation: "recent_hashing_costs", privilege: "SELECT"),
        Right(relation: "authfcgi_users", privilege: "SELECT"),
        Right(
            relation: "authfcgi_users", privilege: "INSERT",
            columns: ["username", "password_hash", "name", "email", "groups"]),
        Right(
            relation: "authfcgi_users", privilege: "UPDATE",
            columns: ["username", "password_hash", "name", "email", "groups", "disabled", "updated_at"]),
        Right(relation: "authfcgi_users", privilege: "DELETE"),
        Right(relation: "authfcgi_audit", privilege: "SELECT"),
        Right(relation: Migrations.table, privilege: "SELECT"),
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
        connection.keepsDetails = true
        defer { connection.keepsDetails = false }
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
                .text(role), .optional(connection.schema.name), .texts(rights.map(\.relation)),
                .texts(rights.map(\.sql)),
                .texts(SchemaObjects.functions(for: .gate)), .text(Migrations.table),
            ], deadline: deadline)
        let script = (0..<statements.rowCount).map { statements.text($0, 0) }
        // PostgreSQL runs a script as one transaction. The lock comes first: two processes that change the same rights at
        // once would fail, and PostgreSQL only warns a role that may not grant, but refuses it the lock.
        try connection.script(script.joined(separator: ";\n"), deadline: deadline)
    }
}
