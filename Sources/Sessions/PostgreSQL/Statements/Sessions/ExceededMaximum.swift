internal import EventLoop

/// Returns the maximum lifetime of sessions, as PostgreSQL prints an `interval`, if `lifetime` exceeds it; nil
/// otherwise. Compared as points in time, as create_session() does: a month is not always 30 days.
struct ExceededMaximum: Statement {
    let lifetime: Duration

    typealias Answer = String?
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT maximum_lifetime FROM \(schema.limitsTable), \
        (VALUES (statement_timestamp() AT TIME ZONE 'UTC', make_interval(secs => $1::double precision))) \
        asked(start, lifetime) \
        WHERE asked.lifetime > maximum_lifetime OR asked.start + asked.lifetime > asked.start + maximum_lifetime
        """
    }

    var parameters: [PostgreSQLParameter] { [.number(lifetime.seconds)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> String { try row.text("maximum_lifetime") }
}
