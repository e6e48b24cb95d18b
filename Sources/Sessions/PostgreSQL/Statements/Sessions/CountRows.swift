internal import EventLoop

/// Counts the rows of sessions that have not expired, in an index and up to a limit, and finds the age of the oldest one
/// that has.
///
/// The view live_sessions would also leave out the sessions that end with all others of a user, until their rows are marked, but
/// would read every row.
struct CountRows: Statement {
    typealias Row = SessionCensus
    typealias Answer = SessionCensus
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        """
        SELECT counted.sessions, greatest(estimated.rows, 0)::bigint AS estimate, \
        (extract(epoch FROM statement_timestamp() - oldest.expires_at) * 1000)::bigint AS lag \
        FROM (SELECT count(*) AS sessions FROM (SELECT FROM \(schema)session_tokens s \
        WHERE s.expires_at > statement_timestamp() LIMIT $1::bigint) live) counted \
        LEFT JOIN (SELECT c.reltuples AS rows FROM pg_catalog.pg_class c \
        WHERE c.oid = (SELECT t.tableoid FROM \(schema)session_tokens t LIMIT 1)) estimated ON true \
        LEFT JOIN (SELECT s.expires_at FROM \(schema)session_tokens s \
        WHERE s.expires_at <= statement_timestamp() AND s.expires_at > '-infinity' \
        ORDER BY s.expires_at LIMIT 1) oldest ON true
        """
    }

    var parameters: [PostgreSQLParameter] { [.number(SessionCensus.exactUpTo + 1)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> SessionCensus {
        let counted: Int = try row.integer("sessions")
        let estimate = try row.optionalInteger("estimate") ?? 0
        let lag = try row.optionalInteger("lag") ?? 0
        return SessionCensus(
            sessions: counted > SessionCensus.exactUpTo ? max(counted, estimate) : counted,
            lag: .milliseconds(max(0, lag)))
    }
}
