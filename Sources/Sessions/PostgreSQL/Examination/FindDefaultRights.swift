/// Finds the rights that others get on whatever the owner of the gate's tables creates in their schema
/// (`ALTER DEFAULT PRIVILEGES`). The answer is the statements that take them back. A migration takes such rights on new objects
/// back by itself; the restore of a dump does not. The search path must be the restricted one.
struct FindDefaultRights: Statement {
    typealias Row = String
    typealias Answer = [String]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT DISTINCT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %sREVOKE ALL ON %s FROM %s', o.rolname,
                   CASE WHEN a.defaclnamespace <> 0 THEN format('IN SCHEMA %I ', n.nspname) END,
                   CASE a.defaclobjtype WHEN 'f' THEN 'FUNCTIONS' WHEN 'S' THEN 'SEQUENCES' ELSE 'TABLES' END,
                   CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END) AS statement
          FROM pg_namespace n
          JOIN pg_class t ON t.relnamespace = n.oid AND t.relname = '\(Migrations.table)' AND t.relkind = 'r'
          JOIN pg_roles o ON o.oid = t.relowner
          JOIN pg_default_acl a ON a.defaclrole = o.oid AND a.defaclobjtype IN ('r', 'S', 'f')
           AND a.defaclnamespace IN (0, n.oid)
         CROSS JOIN LATERAL aclexplode(a.defaclacl) x
         WHERE n.nspname = \(schema.literal) AND x.grantee <> o.oid
           -- PostgreSQL's own default, which is part of each entry for functions of all schemas.
           AND NOT (x.grantee = 0 AND a.defaclobjtype = 'f' AND a.defaclnamespace = 0)
         ORDER BY 1
        """
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> String { try row.text("statement") }
}
