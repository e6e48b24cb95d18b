/// Makes a new key for tokens. The answer is its number.
struct MakeTokenKey: Statement {
    typealias Row = Int
    typealias Answer = Int
    static let isIdempotent = false

    func sql(in schema: Schema) -> String { "SELECT \(schema)rotate_session_key() AS generation" }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int { try row.integer("generation") }
}
