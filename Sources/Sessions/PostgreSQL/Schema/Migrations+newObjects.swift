/// The rights on objects that a step has just created: `ALTER DEFAULT PRIVILEGES` may have given some to any role.
extension Migrations {
    /// Returns the identifiers of the tables, views, sequences and functions in the schema.
    func objects(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) -> [String] {
        let found = try connection.query(
            """
            SELECT pg_catalog.concat('r', c.oid) FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
             WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name
            UNION ALL
            SELECT pg_catalog.concat('f', p.oid) FROM pg_catalog.pg_proc p
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
             WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name
            """, [.text(schema)], deadline: Self.deadline)
        return (0..<found.rowCount).map { found.text($0, 0) }
    }

    /// Takes all rights of single roles on new objects of the gate back. What everybody may do, and what applications need, is
    /// put right afterwards, as on older objects.
    ///
    /// - Parameters:
    ///   - connection: A connection in the transaction that has created them, with the restricted search path.
    ///   - schema: The schema.
    ///   - others: The objects from before: see ``objects(on:_:)``.
    func revokeDefaultRights(
        on connection: PostgreSQLConnection, _ schema: String, except others: [String]
    ) throws(PostgreSQLError) {
        let statements = try connection.query(
            """
            WITH home AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = $1::name)
            SELECT DISTINCT format('REVOKE ALL ON TABLE %I.%I FROM %I CASCADE', h.nspname, c.relname, pg_get_userbyid(x.grantee))
              FROM home h JOIN pg_class c ON c.relnamespace = h.oid
               AND (c.relname = ANY ($3::text[])
                    -- The sequence of a column.
                    OR c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid
                            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i'
                              AND d.refclassid = 'pg_class'::regclass AND t.relname = ANY ($3::text[])))
             CROSS JOIN LATERAL aclexplode(c.relacl) x
             WHERE x.grantee NOT IN (0, c.relowner) AND concat('r', c.oid) <> ALL ($2::text[])
            UNION ALL
            SELECT DISTINCT format('REVOKE ALL ON FUNCTION %I.%I(%s) FROM %I CASCADE', h.nspname, p.proname,
                                   oidvectortypes(p.proargtypes), pg_get_userbyid(x.grantee))
              FROM home h JOIN pg_proc p ON p.pronamespace = h.oid AND p.proname = ANY ($4::text[])
             CROSS JOIN LATERAL aclexplode(p.proacl) x
             WHERE x.grantee NOT IN (0, p.proowner) AND concat('f', p.oid) <> ALL ($2::text[])
            """,
            [
                .text(schema), .texts(others), .texts(SchemaObjects.relations + [Self.table]),
                .texts(SchemaObjects.functions.map(\.name)),
            ], deadline: Self.deadline)
        guard statements.rowCount > 0 else { return }
        let script = (0..<statements.rowCount).map { statements.text($0, 0) }
        try connection.script(script.joined(separator: ";\n"), deadline: Self.deadline)
    }
}
