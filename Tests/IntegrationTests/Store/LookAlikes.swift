import Foundation
import TestSupport

/// Functions, operators, types, casts and views that have the names of those that the gate's SQL uses, in schemas that
/// strangers may write to. Each writes a line to the server's log when it runs.
struct LookAlikes {
    let server: PostgreSQLServer
    let database: String

    /// What each line of a look-alike that has run begins with.
    static let mark = "a look-alike runs: "

    /// The types that the gate's SQL computes with. A look-alike exists for each combination of them.
    private static let types = [
        "text", "bytea", "boolean", "integer", "bigint", "numeric", "double precision", "timestamptz", "timestamp",
        "interval",
        "uuid", "inet", "text[]", "bytea[]", "timestamptz[]", "name", "jsonb", "oid",
    ]

    /// Prepares a database for ``make(in:beside:)``.
    /// - Parameter text: The SQL whose names are to have look-alikes, within any other text.
    init(on server: PostgreSQLServer, _ database: String, of text: String) throws {
        self.server = server
        self.database = database
        try psql(
            """
            CREATE SCHEMA look_alikes; GRANT USAGE ON SCHEMA look_alikes TO PUBLIC;
            CREATE TABLE look_alikes.source AS SELECT $text$\(text)$text$::text AS text;
            CREATE FUNCTION look_alikes.ran(what text) RETURNS boolean LANGUAGE plpgsql
                SET search_path = pg_catalog, pg_temp AS
                $$ BEGIN RAISE LOG '\(Self.mark)% as %', what, current_user; RETURN true; END $$;
            -- The names of functions, operators and types that the text uses, of PostgreSQL's own and of ours.
            CREATE TABLE look_alikes.words AS
                SELECT DISTINCT m[1]::name AS word FROM look_alikes.source, regexp_matches(text, '\\m[a-z_][a-z0-9_]*\\M', 'g') m
                -- The functions of AT TIME ZONE and of extract().
                UNION VALUES ('timezone'::name), ('date_part');
            CREATE TABLE look_alikes.operators AS
                SELECT o.name FROM (SELECT DISTINCT oprname AS name FROM pg_operator) o, look_alikes.source s
                 WHERE position(o.name::text IN s.text) > 0
                -- The operators of IN, IS DISTINCT FROM, BETWEEN and LIKE.
                UNION VALUES ('='::name), ('<>'), ('<'), ('>'), ('<='), ('>='), ('~~');
            ANALYZE
            """)
    }

    /// Makes look-alikes in a schema.
    /// - Parameter home: The schema of the gate's own functions, whose names have look-alikes too.
    func make(in schema: String, beside home: String = "pg_catalog") throws {
        let types = Self.types.map { "'\($0)'" }.joined(separator: ", ")
        try psql(
            """
            SET check_function_bodies = off;
            DO $do$
            DECLARE
                types CONSTANT text[] := ARRAY[\(types)];
                f     record;
                o     name;
                l     text;
                r     text;
            BEGIN
                FOR f IN
                    WITH used AS (
                        SELECT p.proname, p.pronargs, p.pronargdefaults, p.prorettype,
                               ARRAY(SELECT format_type(a, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY x (a, n) ORDER BY n)
                                   AS arguments,
                               p.proargnames AS names
                          FROM pg_proc p
                         WHERE p.pronamespace IN ('pg_catalog'::regnamespace, '\(home)'::regnamespace)
                           AND p.proname IN (SELECT word FROM look_alikes.words)
                    ), variants AS (
                        SELECT proname, ARRAY[]::text[] AS arguments, prorettype FROM used WHERE pronargs = 0
                        UNION ALL
                        SELECT proname, ARRAY[a], prorettype FROM used, unnest(types) a WHERE pronargs = 1
                        UNION ALL
                        SELECT proname, ARRAY[a, b], prorettype FROM used, unnest(types) a, unnest(types) b WHERE pronargs = 2
                        UNION ALL
                        -- As it is, and with another type in one place.
                        SELECT proname, arguments, prorettype FROM used WHERE pronargs > 2
                        UNION ALL
                        SELECT proname, arguments[:i - 1] || a || arguments[i + 1:], prorettype
                          FROM used, unnest(types) a, generate_series(1, pronargs) i WHERE pronargs > 2
                        UNION ALL
                        -- With fewer parameters, where the last ones have defaults.
                        SELECT proname, arguments[:n], prorettype FROM used, generate_series(pronargs - pronargdefaults, pronargs - 1) n
                        UNION ALL
                        SELECT proname, ARRAY[format('%I %s', names[i], arguments[i])], prorettype
                          FROM used, generate_series(1, pronargs) i WHERE pronargdefaults > 0 AND names[i] <> ''
                    )
                    SELECT proname, array_to_string(arguments, ', ') AS arguments,
                           -- Of a pseudo-type there is no function like this.
                           max(CASE WHEN t.typtype = 'p' THEN 'text' ELSE format_type(t.oid, NULL) END) AS result
                      FROM variants JOIN pg_type t ON t.oid = prorettype GROUP BY 1, 2
                LOOP
                    BEGIN
                        EXECUTE format('CREATE FUNCTION %I.%I(%s) RETURNS %s LANGUAGE plpgsql AS '
                                       '$f$ BEGIN PERFORM look_alikes.ran(%L); RETURN NULL; END $f$',
                                       '\(schema)', f.proname, f.arguments, f.result, 'function ' || f.proname);
                    EXCEPTION WHEN duplicate_function OR invalid_function_definition OR feature_not_supported THEN
                        NULL;    -- there is one, or it has a parameter of a pseudo-type
                    END;
                END LOOP;
                FOREACH l IN ARRAY types LOOP
                    FOREACH r IN ARRAY types LOOP
                        EXECUTE format('CREATE FUNCTION %I.operator_(%s, %s) RETURNS boolean LANGUAGE plpgsql AS '
                                       '$f$ BEGIN RETURN look_alikes.ran(''operator''); END $f$', '\(schema)', l, r);
                        FOR o IN SELECT name FROM look_alikes.operators LOOP
                            BEGIN
                                EXECUTE format('CREATE OPERATOR %I.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = %1$I.operator_)',
                                               '\(schema)', o, l, r);
                            EXCEPTION WHEN syntax_error OR invalid_function_definition OR duplicate_function THEN
                                NULL;    -- no name for an operator with two sides
                            END;
                        END LOOP;
                    END LOOP;
                END LOOP;
                FOR o IN SELECT t.typname FROM pg_type t
                          WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype = 'b' AND t.typcategory <> 'A'
                            AND t.typname IN (SELECT word FROM look_alikes.words UNION SELECT typname FROM pg_type
                                               WHERE oid = ANY (types::regtype[]))
                LOOP
                    BEGIN
                        EXECUTE format('CREATE DOMAIN %I.%I AS pg_catalog.%2$I CHECK (look_alikes.ran(%L))',
                                       '\(schema)', o, 'type ' || o);
                    EXCEPTION WHEN duplicate_object OR datatype_mismatch THEN
                        NULL;
                    END;
                END LOOP;
                FOR o IN SELECT c.relname FROM pg_class c
                          WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v')
                            AND c.relname IN (SELECT word FROM look_alikes.words)
                LOOP
                    -- A view can have no column of a pseudo-type.
                    SELECT string_agg(quote_ident(a.attname), ', ') INTO l FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                     WHERE a.attrelid = ('pg_catalog.' || o)::regclass AND a.attnum > 0 AND t.typtype <> 'p';
                    EXECUTE format('CREATE VIEW %I.%I AS SELECT %s FROM pg_catalog.%2$I WHERE look_alikes.ran(%4$L)',
                                   '\(schema)', o, l, 'view ' || o);
                    EXECUTE format('GRANT SELECT ON %I.%I TO PUBLIC', '\(schema)', o);
                END LOOP;
            END $do$
            """)
    }

    /// Makes a type with casts from and to text, in both cases implicit, beside each type that the gate's SQL names.
    func makeCasts(in schema: String) throws {
        try psql(
            """
            DO $do$
            DECLARE
                t name;
            BEGIN
                FOR t IN SELECT t.typname FROM pg_type t
                          WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype = 'b' AND t.typcategory <> 'A'
                            AND t.typname IN (SELECT word FROM look_alikes.words)
                LOOP
                    EXECUTE format('CREATE TYPE %I.%I AS (value pg_catalog.text)', '\(schema)', t);
                    EXECUTE format('CREATE FUNCTION %1$I.from_text(pg_catalog.text) RETURNS %1$I.%2$I LANGUAGE plpgsql AS '
                                   '$f$ BEGIN PERFORM look_alikes.ran(%3$L); RETURN NULL; END $f$', '\(schema)', t, 'cast to ' || t);
                    EXECUTE format('CREATE FUNCTION %1$I.to_text(%1$I.%2$I) RETURNS pg_catalog.text LANGUAGE plpgsql AS '
                                   '$f$ BEGIN PERFORM look_alikes.ran(%3$L); RETURN NULL; END $f$', '\(schema)', t, 'cast from ' || t);
                    EXECUTE format('ALTER FUNCTION %I.from_text(pg_catalog.text) RENAME TO %I', '\(schema)', 'from_text_' || t);
                    EXECUTE format('CREATE CAST (pg_catalog.text AS %1$I.%2$I) WITH FUNCTION %1$I.%3$I(pg_catalog.text) AS IMPLICIT',
                                   '\(schema)', t, 'from_text_' || t);
                    EXECUTE format('CREATE CAST (%1$I.%2$I AS pg_catalog.text) WITH FUNCTION %1$I.to_text(%1$I.%2$I) AS IMPLICIT',
                                   '\(schema)', t);
                END LOOP;
            END $do$
            """)
    }

    /// The number of functions, operators, types and views in a schema.
    func count(in schema: String) throws -> Int {
        Int(
            try psql(
                """
                SELECT (SELECT count(*) FROM pg_proc WHERE pronamespace = s) + (SELECT count(*) FROM pg_operator WHERE oprnamespace = s)
                     + (SELECT count(*) FROM pg_type WHERE typnamespace = s) FROM (SELECT '\(schema)'::regnamespace::oid AS s) n
                """)) ?? 0
    }

    /// What has run so far.
    var ran: [String] {
        server.log.split(separator: "\n").filter { $0.contains("LOG:  \(Self.mark)") }.map(String.init)
    }

    @discardableResult
    private func psql(_ sql: String) throws -> String {
        try server.psql("SET search_path = pg_catalog; \(sql)", database: database, within: .seconds(300))
    }
}
