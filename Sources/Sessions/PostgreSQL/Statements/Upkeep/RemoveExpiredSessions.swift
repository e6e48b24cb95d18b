/// Removes expired sessions, oldest first. The position is a time without a time zone, because abbreviations of time
/// zones are ambiguous.
struct RemoveExpiredSessions: Statement {
    /// The result of one call.
    struct Batch: Sendable {
        /// The number of sessions removed.
        let count: Int
        /// The position for the next call.
        let reached: String
    }

    /// The maximum number of sessions to remove.
    let limit: Int
    /// The position that the previous call returned; nil for the first call.
    let since: String?

    typealias Answer = Batch?
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT removed, reached AT TIME ZONE 'UTC' AS reached \
        FROM \(schema)remove_expired_sessions($1::integer, $2::timestamp AT TIME ZONE 'UTC')
        """
    }

    var parameters: [PostgreSQLParameter] { [.number(limit), .text(since ?? Self.start)] }

    private static let start = "-infinity"

    /// Returns nil if another process is removing sessions now.
    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Batch? {
        guard let count = try row.optionalInteger("removed") else { return nil }
        return Batch(count: count, reached: try row.optionalText("reached") ?? since ?? Self.start)
    }
}
