/// Removes rows of the throttle that say nothing any more. The answer is how many.
struct RemoveExpiredThrottle: Statement {
    /// How many at most.
    let limit: Int

    typealias Answer = Int
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        "SELECT \(schema)remove_expired_login_throttle($1::integer) AS removed"
    }

    var parameters: [PostgreSQLParameter] { [.number(limit)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int { try row.integer("removed") }
}
