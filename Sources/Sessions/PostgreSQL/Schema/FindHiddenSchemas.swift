/// Returns the setting `search_path`.
struct ReadSearchPathSetting: Statement {
    typealias Answer = String?
    typealias Row = String
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "SELECT pg_catalog.current_setting('search_path') AS path" }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> String { try row.text("path") }
}

/// Finds the schemas of a search path that the connection's role may not use, and returns the statements that permit it. The
/// search path must be the restricted one.
struct FindHiddenSchemas: Statement {
    /// The setting `search_path`.
    let searchPath: String

    typealias Answer = [String]
    typealias Row = String
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT format('GRANT USAGE ON SCHEMA %I TO %I', n.nspname, current_user) AS statement
          FROM unnest(string_to_array($1::text, ',')) WITH ORDINALITY p (word, place)
          JOIN pg_namespace n
            ON n.nspname::text = CASE btrim(p.word) WHEN '"$user"' THEN current_user::text ELSE btrim(p.word, ' "') END
         WHERE NOT has_schema_privilege(n.oid, 'USAGE')
         ORDER BY p.place
        """
    }

    var parameters: [PostgreSQLParameter] { [.text(searchPath)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> String { try row.text("statement") }
}
