/// Removes sessions that the end of all sessions of a user, or of all users, has ended at once.
struct RemoveEndedSessions: Statement {
    /// The result of one call.
    struct Batch: Sendable {
        /// The number of sessions removed.
        let count: Int
        /// The position for the next call; nil if nothing is left.
        let reached: String?
    }

    /// The maximum number of sessions to remove.
    let limit: Int
    /// The position that the previous call returned; nil for the first call.
    let since: String?

    typealias Answer = Batch?
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        "SELECT removed, reached FROM \(schema)remove_ended_sessions($1::integer, $2::text)"
    }

    var parameters: [PostgreSQLParameter] { [.number(limit), .text(since ?? "u:")] }

    /// Returns nil if another process is removing sessions now.
    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Batch? {
        guard let count = try row.optionalInteger("removed") else { return nil }
        return Batch(count: count, reached: try row.optionalText("reached"))
    }
}
