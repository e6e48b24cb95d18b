/// Finds the schemas in which others than the gate may create objects. The search path must be the restricted one.
struct FindSchemaCreators: Statement {
    /// The names of the schemas to look at, without quotation marks.
    let schemas: [String]
    /// True if an operator has chosen the schemas by name and therefore trusts their owners. False if they come from a
    /// search path, which may name a schema after the role.
    let areChosen: Bool

    typealias Answer = [SchemaCreators]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        WITH asked AS (
            SELECT n.oid, n.nspname, n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner)) AS acl,
                   me.oid AS me, me.rolname, d.datdba, coalesce(t.relowner, me.oid) AS gate,
                   n.nspname <> me.rolname OR $2::boolean AS is_chosen
              FROM pg_namespace n
              JOIN pg_roles me ON me.rolname = current_user
              JOIN pg_database d ON d.datname = current_database()
              LEFT JOIN pg_class t ON t.relnamespace = n.oid AND t.relname = '\(Migrations.table)' AND t.relkind = 'r'
             WHERE n.nspname = ANY ($1::text[]) AND left(n.nspname, 3) <> 'pg_'
        ), creators AS (
            SELECT a.oid, r.oid AS role, coalesce(quote_ident(r.rolname), 'PUBLIC') AS name
              FROM asked a CROSS JOIN LATERAL (
                       SELECT x.grantee FROM aclexplode(a.acl) x WHERE x.privilege_type = 'CREATE'
                       UNION SELECT a.nspowner) x
              LEFT JOIN pg_roles r ON r.oid = x.grantee
             WHERE r.oid IS NULL
                OR NOT (r.rolname = 'pg_database_owner' OR pg_has_role(r.oid, a.datdba, 'MEMBER')
                        OR pg_has_role(r.oid, a.gate, 'MEMBER') OR pg_has_role(r.oid, a.me, 'MEMBER')
                        OR (a.is_chosen AND pg_has_role(r.oid, a.nspowner, 'MEMBER')))
        )
        SELECT a.nspname AS schema, quote_ident(a.rolname) AS gate,
               to_json(ARRAY(SELECT c.name FROM creators c WHERE c.oid = a.oid AND c.role IS DISTINCT FROM a.nspowner
                              ORDER BY c.role NULLS FIRST)) AS roles,
               (SELECT c.name FROM creators c WHERE c.oid = a.oid AND c.role = a.nspowner) AS owner,
               NOT EXISTS (SELECT FROM aclexplode(a.acl) x
                            WHERE x.privilege_type = 'CREATE' AND x.grantee <> 0 AND pg_has_role(a.me, x.grantee, 'USAGE')
                              AND NOT EXISTS (SELECT FROM creators c WHERE c.oid = a.oid AND c.role = x.grantee))
                   AS includes_gate
          FROM asked a
         WHERE EXISTS (SELECT FROM creators c WHERE c.oid = a.oid)
         ORDER BY array_position($1::text[], a.nspname::text)
        """
    }

    var parameters: [PostgreSQLParameter] { [.texts(schemas), .text(areChosen ? "true" : "false")] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> SchemaCreators {
        SchemaCreators(
            schema: try row.text("schema"), roles: try row.texts("roles"), owner: try row.optionalText("owner"),
            includesGate: try row.flag("includes_gate"), gate: try row.text("gate"))
    }
}
