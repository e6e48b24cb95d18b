/// Makes a key for seals in Redis, if one is due. The answer is whether this call made one.
struct MakeSealKey: Statement {
    typealias Answer = Bool
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "SELECT \(schema)make_redis_seal_key(true) AS is_made" }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Bool { try row.flag("is_made") }
}
