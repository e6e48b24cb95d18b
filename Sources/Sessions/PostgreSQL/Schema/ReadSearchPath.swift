/// Returns the schemas of the search path that exist, without PostgreSQL's own if the path does not name them.
struct ReadSearchPath: Statement {
    typealias Answer = [String]
    typealias Row = [String]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        "SELECT pg_catalog.array_to_json(pg_catalog.current_schemas(false)) AS schemas"
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> [String] { try row.texts("schemas") }
}
