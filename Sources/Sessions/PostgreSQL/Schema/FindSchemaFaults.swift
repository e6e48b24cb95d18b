/// Finds what in the gate's schema is not as the migrations have left it: a dump restored without rights or owners, an
/// ALTER or a GRANT by hand, triggers that a restore has disabled. Reads PostgreSQL's catalogs alone, so any role may run it;
/// the search path must be the restricted one. Without the table of steps it finds nothing.
struct FindSchemaFaults: Statement {
    typealias Row = SchemaFaultRow
    typealias Answer = [SchemaFault]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        WITH home AS (
            SELECT n.oid, n.nspname, t.relowner AS owner, me.oid AS me, me.rolsuper AS is_superuser,
                   pg_has_role(me.oid, t.relowner, 'USAGE') AS is_owner
              FROM pg_namespace n
              JOIN pg_class t ON t.relnamespace = n.oid AND t.relname = '\(Migrations.table)' AND t.relkind = 'r'
              JOIN pg_roles me ON me.rolname = current_user
             WHERE n.nspname = \(schema.literal)
        ), relations AS (
            SELECT w.name, c.oid, c.relkind, c.relowner, c.relrowsecurity, c.relforcerowsecurity,
                   coalesce(c.relacl, acldefault('r', c.relowner)) AS acl,
                   format('%I.%I', h.nspname, w.name) AS sql
              FROM home h CROSS JOIN unnest($1::text[]) w(name)
              LEFT JOIN pg_class c ON c.relnamespace = h.oid AND c.relname = w.name
               -- A view in the place of a table is not the gate's.
               AND c.relkind = CASE WHEN w.name = ANY ($11::text[]) THEN 'r' ELSE 'v' END
        ), functions AS (
            SELECT w.name, w.name = ANY ($3::text[]) AS is_definer, w.name = ANY ($4::text[]) AS is_for_applications,
                   w.name = ANY ($5::text[]) AS is_for_gate,
                   p.oid, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner)) AS acl, p.prosecdef, p.proconfig,
                   format('%I.%I(%s)', h.nspname, w.name, oidvectortypes(p.proargtypes)) AS sql
              FROM home h CROSS JOIN unnest($2::text[]) w(name)
              -- A function of that name that belongs to another role is not ours, and must never become so.
              LEFT JOIN pg_proc p ON p.pronamespace = h.oid AND p.proname = w.name AND p.proowner = h.owner
        ), functions_of_others AS (
            SELECT f.name, p.proowner, format('%I.%I(%s)', h.nspname, f.name, oidvectortypes(p.proargtypes)) AS sql
              FROM home h CROSS JOIN functions f JOIN pg_proc p ON p.pronamespace = h.oid AND p.proname = f.name
             WHERE f.oid IS NULL
        ), triggers AS (
            SELECT w.name, w.relation, t.tgenabled, format('%I.%I', h.nspname, w.relation) AS sql
              FROM home h CROSS JOIN unnest($6::text[], $7::text[]) w(relation, name)
              LEFT JOIN pg_class c ON c.relnamespace = h.oid AND c.relname = w.relation
              LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = w.name AND NOT t.tgisinternal
            UNION ALL
            SELECT t.tgname, c.relname, t.tgenabled, format('%I.%I', n.nspname, c.relname)
              FROM functions f JOIN pg_trigger t ON t.tgfoid = f.oid
              JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE f.name IN ('authfcgi_watched_users_find', 'authfcgi_watched_users_end_sessions')
        ), roles_of_gates AS (
            SELECT g.oid FROM home h JOIN relations s ON s.name = '\(Migrations.table)'
              JOIN pg_roles g ON g.oid IN (h.me, h.owner) OR g.oid IN (SELECT x.grantee FROM aclexplode(s.acl) x)
             WHERE NOT g.rolsuper AND NOT g.rolbypassrls
        ), applications AS (
            SELECT (SELECT r.oid FROM pg_roles r WHERE r.rolname = '\(SchemaObjects.applicationsRole)') AS oid
        ), others AS (
            -- Roles that have been granted something, other than the owner; a gate has what --grant-to gives.
            SELECT g.oid, g.rolname,
                   g.oid = h.me OR EXISTS (SELECT FROM relations r WHERE r.name = 'session_keys'
                              AND has_table_privilege(g.oid, r.oid, 'SELECT'))
                   AND EXISTS (SELECT FROM functions f WHERE f.name = 'create_session'
                                  AND has_function_privilege(g.oid, f.oid, 'EXECUTE')) AS is_gate
              FROM home h JOIN pg_roles g ON NOT g.rolsuper AND NOT pg_has_role(g.oid, h.owner, 'USAGE')
        ), rights_of_others AS (
            SELECT o.oid, o.rolname, o.is_gate, r.name, 'TABLE ' || r.sql AS sql, x.privilege_type AS privilege, x.attribute
              FROM relations r CROSS JOIN LATERAL (
                   SELECT y.grantee, y.privilege_type, '' AS attribute FROM aclexplode(r.acl) y
                    UNION ALL
                   SELECT y.grantee, y.privilege_type, a.attname::text
                     FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) y WHERE a.attrelid = r.oid) x
              -- What the owner of one relation has is the fault of that ownership.
              JOIN others o ON o.oid = x.grantee AND o.oid <> r.relowner
             WHERE r.name = ANY ($16::text[]) OR x.privilege_type = 'TRIGGER'
                OR EXISTS (SELECT FROM unnest($17::text[], $18::text[]) w(relation, privilege)
                            WHERE w.relation = r.name AND w.privilege = x.privilege_type)
            UNION ALL
            SELECT o.oid, o.rolname, o.is_gate, f.name, 'FUNCTION ' || f.sql, x.privilege_type, ''
              FROM functions f CROSS JOIN LATERAL aclexplode(f.acl) x JOIN others o ON o.oid = x.grantee
             WHERE f.is_definer AND f.is_for_gate AND NOT f.is_for_applications AND NOT o.is_gate
        ), rights_beyond AS (
            SELECT b.oid, b.rolname, b.name, b.sql,
                   string_agg(b.privilege || coalesce(' (' || quote_ident(nullif(b.attribute, '')) || ')', ''), ', '
                              ORDER BY b.privilege, b.attribute) AS privileges
              FROM rights_of_others b
             WHERE NOT (b.is_gate AND EXISTS (
                            SELECT FROM unnest($8::text[], $9::text[], $10::text[]) w(relation, privilege, attribute)
                             WHERE w.relation = b.name AND w.privilege = b.privilege
                               AND w.attribute IN ('', b.attribute)))
               -- An application may look after users, but not with rights on everything.
               AND (b.name <> 'authfcgi_users' OR b.privilege = 'TRIGGER'
                    OR EXISTS (SELECT FROM rights_of_others s
                                WHERE s.oid = b.oid AND (s.privilege = 'TRIGGER' OR s.name = ANY ($16::text[]))))
             GROUP BY b.oid, b.rolname, b.name, b.sql
        ), found AS (
            SELECT 0 AS place, 'applicationsRole' AS kind, '\(SchemaObjects.applicationsRole)' AS object,
                   'CREATE ROLE \(SchemaObjects.applicationsRole) NOLOGIN' AS remedy
              FROM applications a WHERE a.oid IS NULL
            UNION ALL
            SELECT 1, 'functionOfEverybody', f.name,
                   'REVOKE ALL ON FUNCTION ' || f.sql || ' FROM PUBLIC'
              FROM functions f WHERE EXISTS (SELECT FROM aclexplode(f.acl) x WHERE x.grantee = 0)
            UNION ALL
            SELECT 2, 'tableOfEverybody', r.name, 'REVOKE ALL ON TABLE ' || r.sql || ' FROM PUBLIC'
              FROM relations r
             WHERE EXISTS (SELECT FROM aclexplode(r.acl) x WHERE x.grantee = 0)
                OR EXISTS (SELECT FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) x
                            WHERE a.attrelid = r.oid AND x.grantee = 0)
            UNION ALL
            SELECT 3, 'owner', o.name, format('ALTER %s %s OWNER TO %I', o.type, o.sql, pg_get_userbyid(h.owner))
              FROM home h JOIN (
                   SELECT name, CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS type, sql, relowner AS owner FROM relations
                    UNION ALL SELECT name, 'FUNCTION', sql, proowner FROM functions_of_others) o ON o.owner <> h.owner
            UNION ALL
            SELECT 4, 'function', f.name,
                   format('ALTER FUNCTION %s SECURITY %s SET search_path = pg_catalog, pg_temp', f.sql,
                          CASE WHEN f.is_definer THEN 'DEFINER' ELSE 'INVOKER' END)
              FROM functions f
             WHERE f.prosecdef <> f.is_definer
                OR f.oid IS NOT NULL AND NOT EXISTS (SELECT FROM unnest(f.proconfig) s
                                                   WHERE translate(s, '"', '') = 'search_path=pg_catalog, pg_temp')
            UNION ALL
            SELECT 5, 'rowSecurity', r.name,
                   'ALTER TABLE ' || r.sql || ' DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY'
              FROM relations r
             WHERE r.relrowsecurity AND EXISTS (SELECT FROM roles_of_gates g
                            WHERE r.relforcerowsecurity OR NOT pg_has_role(g.oid, r.relowner, 'USAGE'))
            UNION ALL
            SELECT 5, 'trigger', t.name || ' ON ' || t.sql, format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.sql, t.name)
              FROM triggers t WHERE t.tgenabled <> 'A'
            UNION ALL
            SELECT 6, 'applications', 'USAGE ON SCHEMA ' || quote_ident(h.nspname),
                   format('GRANT USAGE ON SCHEMA %I TO \(SchemaObjects.applicationsRole)', h.nspname)
              FROM home h CROSS JOIN applications a WHERE has_schema_privilege(a.oid, h.oid, 'USAGE') IS NOT TRUE
            UNION ALL
            SELECT 6, 'applications', 'EXECUTE ON FUNCTION ' || f.name,
                   'GRANT EXECUTE ON FUNCTION ' || f.sql || ' TO \(SchemaObjects.applicationsRole)'
              FROM functions f CROSS JOIN applications a
             WHERE f.is_for_applications AND f.oid IS NOT NULL
               AND NOT EXISTS (SELECT FROM aclexplode(f.acl) x WHERE x.grantee = a.oid)
            UNION ALL
            SELECT 7, 'missing', 'table ' || r.name, NULL FROM relations r WHERE r.oid IS NULL
            UNION ALL
            SELECT 7, 'missing', 'function ' || f.name, NULL
              FROM functions f WHERE f.oid IS NULL AND f.name NOT IN (SELECT o.name FROM functions_of_others o)
            UNION ALL
            SELECT 7, 'missing', 'trigger ' || t.name || ' ON ' || t.sql, NULL FROM triggers t WHERE t.tgenabled IS NULL
            UNION ALL
            SELECT 7, 'missing', 'column ' || w.name || ' of ' || r.name, NULL
              FROM relations r JOIN unnest($11::text[], $12::text[]) w(relation, name) ON w.relation = r.name
             WHERE r.oid IS NOT NULL
               AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attname = w.name)
            UNION ALL
            SELECT 7, 'key', format('%s (%s) of %s', w.type, w.columns, r.name),
                   format('ALTER TABLE %s ADD %s (%s)', r.sql, w.type, w.columns)
              FROM relations r JOIN unnest($13::text[], $14::text[], $15::text[]) w(relation, type, columns) ON w.relation = r.name
             WHERE r.oid IS NOT NULL AND w.columns NOT IN (
                   SELECT (SELECT string_agg(a.attname, ', ' ORDER BY k.place)
                             FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
                             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number)
                     FROM pg_index i
                    WHERE i.indrelid = r.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                      AND i.indpred IS NULL AND i.indexprs IS NULL)
            UNION ALL
            SELECT 8, 'gate', 'USAGE ON SCHEMA ' || quote_ident(h.nspname), NULL
              FROM home h WHERE NOT h.is_owner AND NOT has_schema_privilege(h.me, h.oid, 'USAGE')
            UNION ALL
            SELECT 8, 'gate', concat(w.privilege, ' (' || nullif(w.attribute, '') || ')', ' ON ', r.name), NULL
              FROM home h CROSS JOIN unnest($8::text[], $9::text[], $10::text[]) w(relation, privilege, attribute)
              JOIN relations r ON r.name = w.relation AND r.oid IS NOT NULL
             WHERE NOT h.is_owner
               AND NOT CASE WHEN w.attribute = '' THEN has_table_privilege(h.me, r.oid, w.privilege)
                            ELSE has_column_privilege(h.me, r.oid, (SELECT a.attnum FROM pg_attribute a
                                    WHERE a.attrelid = r.oid AND a.attname = w.attribute), w.privilege) END
            UNION ALL
            SELECT 8, 'gate', 'EXECUTE ON FUNCTION ' || f.name, NULL
              FROM home h CROSS JOIN functions f
             WHERE NOT h.is_owner AND f.is_for_gate AND f.oid IS NOT NULL AND NOT has_function_privilege(h.me, f.oid, 'EXECUTE')
            UNION ALL
            SELECT 9, 'rightsOfOthers',
                   format('%I: %s ON %s', b.rolname, b.privileges, CASE WHEN count(*) > 4 THEN count(*) || ' objects'
                          ELSE string_agg(b.name, ', ' ORDER BY b.name) END),
                   format('REVOKE %s ON %s %s FROM %I', b.privileges, split_part(min(b.sql), ' ', 1),
                          string_agg(substr(b.sql, strpos(b.sql, ' ') + 1), ', ' ORDER BY b.name), b.rolname)
              FROM rights_beyond b GROUP BY b.oid, b.rolname, b.privileges, split_part(b.sql, ' ', 1)
            UNION ALL
            SELECT 10, 'powerOfGate', CASE WHEN h.is_superuser THEN 'is a superuser'
                   ELSE format('is a member of the owner %I', pg_get_userbyid(h.owner)) END, NULL
              FROM home h WHERE h.me <> h.owner AND pg_has_role(h.me, h.owner, 'MEMBER')
        )
        SELECT f.kind, f.object, f.remedy, quote_ident(pg_get_userbyid(h.owner)) AS owner, quote_ident(pg_get_userbyid(h.me)) AS role,
               h.is_owner
          FROM found f CROSS JOIN home h
         ORDER BY f.place, f.kind, f.object
        """
    }

    var parameters: [PostgreSQLParameter] {
        let functions = SchemaObjects.functions
        let rights = Grants.rights.flatMap { right -> [(Grants.Right, String)] in
            right.columns.isEmpty ? [(right, "")] : right.columns.map { (right, $0) }
        }
        let authorities = SchemaObjects.authorities.flatMap { authority in
            authority.privileges.map { (relation: authority.relation, privilege: $0) }
        }
        let columns = SchemaObjects.singleColumns
        let keys = SchemaObjects.keys
        return [
            .texts(SchemaObjects.relations + [Migrations.table]), .texts(functions.map(\.name)),
            .texts(functions.filter(\.runsAsOwner).map(\.name)),
            .texts(SchemaObjects.functions(for: .applications)), .texts(SchemaObjects.functions(for: .gate)),
            .texts(SchemaObjects.triggers.map(\.table)), .texts(SchemaObjects.triggers.map(\.name)),
            .texts(rights.map(\.0.relation)), .texts(rights.map(\.0.privilege)), .texts(rights.map(\.1)),
            .texts(columns.map(\.table)), .texts(columns.map(\.name)),
            .texts(keys.map(\.table)), .texts(keys.map(\.type)), .texts(keys.map(\.columns)),
            .texts(SchemaObjects.secrets), .texts(authorities.map(\.relation)), .texts(authorities.map(\.privilege)),
        ]
    }
}
