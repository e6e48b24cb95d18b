/// Removes the oldest rows of `authfcgi_audit`: those of more than 90 days ago, and those over 100,000 of one action. The
/// answer is the number of rows removed.
struct RemoveOldAudit: Statement {
    /// The maximum number of rows to remove.
    let limit: Int

    typealias Answer = Int
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "SELECT \(schema)remove_old_audit($1::integer) AS removed" }

    var parameters: [PostgreSQLParameter] { [.number(limit)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Int { try row.integer("removed") }
}
