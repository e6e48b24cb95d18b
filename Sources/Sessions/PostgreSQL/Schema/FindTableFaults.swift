/// Finds what of the gate's tables themselves is not as the migrations have left it: columns, constraints of values, indexes,
/// rules, and whether a crash empties them. Only a statement by hand changes that, or a restore of a part. Reads PostgreSQL's catalogs
/// alone, so any role may run it, and no lock on a table delays it. The search path must be the restricted one. What is missing
/// altogether is found by ``FindSchemaFaults``. An expression, of a default, a constraint or an index, is not looked at: the functions
/// that print one wait for locks.
struct FindTableFaults: Statement {
    typealias Row = SchemaFaultRow
    typealias Answer = [SchemaFault]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        WITH home AS (
            SELECT n.oid, n.nspname, t.relowner AS owner, pg_has_role(t.relowner, 'USAGE') AS is_owner
              FROM pg_namespace n
              JOIN pg_class t ON t.relnamespace = n.oid AND t.relname = '\(Migrations.table)' AND t.relkind = 'r'
             WHERE n.nspname = \(schema.literal)
        ), tables AS (
            SELECT c.oid, c.relname::text AS name, c.relpersistence = 'u' AS is_unlogged,
                   format('%I.%I', h.nspname, c.relname) AS sql
              FROM home h JOIN pg_class c ON c.relnamespace = h.oid AND c.relkind = 'r'
             WHERE c.relname = ANY ($1::text[])
        ), columns AS (
            SELECT t.oid, t.name AS relation, t.sql, w.name, w.type, w.null_word, w.filling, a.attnum IS NULL AS is_missing,
                   a.attnotnull, a.atttypid, a.atttypmod,
                   CASE WHEN a.attidentity <> '' THEN 'identity' WHEN a.attgenerated <> '' THEN 'generated'
                        WHEN a.atthasdef THEN 'default' ELSE '' END AS present_filling
              FROM tables t
              JOIN unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
                   w(relation, name, type, null_word, filling) ON w.relation = t.name
              LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = w.name
        ), complete AS (
            -- Along with a column its constraints and indexes go.
            SELECT t.oid, t.name, t.sql FROM tables t
             WHERE NOT EXISTS (SELECT FROM columns k WHERE k.oid = t.oid AND k.is_missing)
        ), present_indexes AS (
            -- Not pg_get_indexdef(), which waits for whoever has locked the table. So of a predicate it is only known that
            -- there is one.
            SELECT i.indrelid, c.relname AS name, i.indisvalid AS is_valid,
                   m.amname || ' (' || string_agg(coalesce(a.attname, '') || CASE k.option & 1 WHEN 1 THEN ' DESC' ELSE '' END,
                                                  ', ' ORDER BY k.place) || ')'
                   || CASE WHEN i.indpred IS NULL THEN '' ELSE ' WHERE' END AS definition
              FROM pg_index i
              JOIN pg_class c ON c.oid = i.indexrelid
              JOIN pg_am m ON m.oid = c.relam
             CROSS JOIN unnest(i.indkey::int2[], i.indoption::int2[]) WITH ORDINALITY k(attnum, option, place)
              LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
             WHERE i.indrelid IN (SELECT k.oid FROM complete k)
             GROUP BY i.indrelid, c.relname, i.indisvalid, m.amname, i.indpred IS NULL
        ), found AS (
            SELECT 0 AS place, 'unlogged' AS kind, t.name AS object, 'ALTER TABLE ' || t.sql || ' SET LOGGED' AS remedy
              FROM tables t WHERE t.is_unlogged AND t.name <> ALL ($6::text[])
            UNION ALL
            SELECT 1, 'logged', t.name, 'ALTER TABLE ' || t.sql || ' SET UNLOGGED'
              FROM tables t WHERE NOT t.is_unlogged AND t.name = ANY ($6::text[])
            UNION ALL
            SELECT 2, 'nullable', format('%s of %s', k.name, k.relation),
                   format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', k.sql, k.name)
              FROM columns k WHERE k.null_word = '' AND NOT k.attnotnull
            UNION ALL
            SELECT 3, 'definition', format('type of %s of %s is another one', k.name, k.relation), NULL
              FROM columns k WHERE k.atttypid <> to_regtype(k.type) OR k.atttypmod <> -1
            UNION ALL
            SELECT 3, 'definition',
                   format('%s of %s of %s is gone', replace(k.filling, 'generated', 'expression'), k.name, k.relation), NULL
              FROM columns k WHERE NOT k.is_missing AND k.filling <> '' AND k.filling <> k.present_filling
            UNION ALL
            SELECT 3, 'definition',
                   format('constraint %s of %s is %s', w.name, t.name, CASE WHEN k.oid IS NULL THEN 'gone' ELSE 'not valid' END), NULL
              FROM complete t JOIN unnest($7::text[], $8::text[]) w(relation, name) ON w.relation = t.name
              LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'c' AND k.conname = w.name
             WHERE k.convalidated IS NOT TRUE
            UNION ALL
            SELECT 4, 'rule', format('%I ON %s', r.rulename, t.sql), format('DROP RULE %I ON %s', r.rulename, t.sql)
              FROM tables t JOIN pg_rewrite r ON r.ev_class = t.oid WHERE r.is_instead AND r.ev_enabled <> 'D'
            UNION ALL
            SELECT 5, 'index', w.name,
                   CASE WHEN EXISTS (SELECT FROM present_indexes i WHERE i.indrelid = t.oid AND i.name = w.name)
                        THEN format('DROP INDEX CONCURRENTLY %I.%I; ', h.nspname, w.name) ELSE '' END
                   || format('CREATE INDEX CONCURRENTLY %I ON %s USING %s', w.name, t.sql, w.definition)
              FROM home h CROSS JOIN complete t
              JOIN unnest($9::text[], $10::text[], $11::text[]) w(relation, name, definition) ON w.relation = t.name
             WHERE NOT EXISTS (SELECT FROM present_indexes i
                                WHERE i.indrelid = t.oid AND i.is_valid
                                  AND (i.name = w.name OR i.name <> ALL ($10::text[]))
                                  AND i.definition = regexp_replace(w.definition, ' WHERE .*', ' WHERE'))
        )
        SELECT f.kind, f.object, f.remedy, quote_ident(pg_get_userbyid(h.owner)) AS owner, quote_ident(current_user) AS role,
               h.is_owner
          FROM found f CROSS JOIN home h
         ORDER BY f.place, f.object
        """
    }

    var parameters: [PostgreSQLParameter] {
        let columns = SchemaObjects.singleColumns
        let checks = SchemaObjects.singleChecks
        let indexes = SchemaObjects.indexes
        return [
            .texts(columns.map(\.table)), .texts(columns.map(\.name)), .texts(columns.map(\.type)),
            .texts(columns.map { $0.isNullable ? "null" : "" }), .texts(columns.map(\.filling.rawValue)),
            .texts(SchemaObjects.unlogged), .texts(checks.map(\.table)), .texts(checks.map(\.name)),
            .texts(indexes.map(\.table)), .texts(indexes.map(\.name)), .texts(indexes.map(\.definition)),
        ]
    }
}
