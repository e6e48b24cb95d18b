/// Removes expired sessions, the oldest first. Where it has come to goes back and forth without a time zone, whose short
/// names can mean several.
struct RemoveExpiredSessions: Statement {
    /// What one call has removed.
    struct Batch: Sendable {
        let count: Int
        /// Where the next call goes on.
        let reached: String
    }

    /// How many at most.
    let limit: Int
    /// Where the call before has come to; nil for the first.
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

    /// nil when somebody else removes some at this moment.
    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Batch? {
        guard let count = try row.optionalInteger("removed") else { return nil }
        return Batch(count: count, reached: try row.optionalText("reached") ?? since ?? Self.start)
    }
}
