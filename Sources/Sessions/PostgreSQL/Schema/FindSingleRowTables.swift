/// Finds the tables that must have exactly one row and that the connection's role may read. The search path must be the
/// restricted one.
struct FindSingleRowTables: Statement {
    /// A table that is there.
    struct Table: Sendable {
        let name: String
        /// As in ``SchemaFault``.
        let owner: String
        let role: String
        let isOwner: Bool
    }

    typealias Row = Table
    typealias Answer = [Table]
    static let isIdempotent = true

    /// The names of the tables.
    static let names = [
        "authfcgi_state", "login_throttle_secret", "session_channel", "session_cleanup", "session_limits",
    ]

    func sql(in schema: Schema) -> String {
        """
        SELECT c.relname AS name, quote_ident(pg_get_userbyid(t.relowner)) AS owner, quote_ident(current_user) AS role,
               pg_has_role(t.relowner, 'USAGE') AS is_owner
          FROM pg_namespace n
          JOIN pg_class t ON t.relnamespace = n.oid AND t.relname = '\(Migrations.table)' AND t.relkind = 'r'
          JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = ANY ($1::text[]) AND c.relkind = 'r'
         -- Row level security would make reading an error.
         WHERE n.nspname = \(schema.literal) AND NOT c.relrowsecurity
           AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
         ORDER BY c.relname
        """
    }

    var parameters: [PostgreSQLParameter] { [.texts(Self.names)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Table {
        Table(
            name: try row.text("name"), owner: try row.text("owner"), role: try row.text("role"),
            isOwner: try row.flag("is_owner"))
    }
}
