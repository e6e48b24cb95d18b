internal import EventLoop

/// Whether comparing those who are signed in with the users query, each `interval`, is this caller's to do now. Later than
/// the clock: the clock was wrong, and would stop all for as long.
struct ClaimUserSweep: Statement {
    let interval: Duration

    typealias Row = AnyRow
    typealias Answer = Bool
    static let isIdempotent = false

    func sql(in schema: Schema) -> String {
        """
        UPDATE \(schema)authfcgi_state g SET users_compared_at = statement_timestamp()
        WHERE g.only_row = (
            SELECT h.only_row FROM \(schema)authfcgi_state h
            WHERE h.users_compared_at <= statement_timestamp() - make_interval(secs => $1::double precision)
               OR h.users_compared_at > clock_timestamp()
            FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING true
        """
    }

    var parameters: [PostgreSQLParameter] { [.number(interval.seconds)] }
}

/// Lets anybody claim it again at once.
struct ResignUserSweep: Statement {
    typealias Row = AnyRow
    typealias Answer = Void
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "UPDATE \(schema)authfcgi_state SET users_compared_at = '-infinity'" }
}
