/// Removes rows of the login throttle that have no effect any more. The answer is the number of rows removed.
struct RemoveExpiredThrottle: Statement {
    /// The maximum number of rows to remove.
    let limit: Int

    typealias Answer = Int
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        "SELECT \(schema)remove_expired_login_throttle($1::integer) AS removed"
    }

    var parameters: [PostgreSQLParameter] { [.number(limit)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int { try row.integer("removed") }
}
