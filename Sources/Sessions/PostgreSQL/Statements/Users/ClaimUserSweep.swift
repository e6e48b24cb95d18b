internal import EventLoop

/// Claims the comparison of signed-in users with the users query, which one caller does per `interval`. The answer is
/// whether the caller is to do it now. A recorded time in the future comes from a wrong clock and is ignored.
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

/// Gives the claim of ``ClaimUserSweep`` back: the next caller gets it.
struct ResignUserSweep: Statement {
    typealias Row = AnyRow
    typealias Answer = Void
    static let isIdempotent = true

    func sql(in schema: Schema) -> String { "UPDATE \(schema)authfcgi_state SET users_compared_at = '-infinity'" }
}
