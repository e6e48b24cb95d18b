/// What the throttle of logins sends.
extension Statements {
    /// Counts an attempt as a failure, or says how many seconds to wait. And what the slowest hash in use costs, in
    /// milliseconds; 0 when none is known that is slower than ours.
    var reserveLogin: String {
        """
        SELECT r.wait_seconds, r.reservation,
               coalesce((SELECT ceil(extract(epoch FROM g.slowest_hash) * 1000)::bigint FROM \(schema)session_settings g), 0)
        FROM \(schema)reserve_login($1::text, $2::text, $3::bytea) r
        """
    }

    /// Tells everybody that a hash is in use that costs $1 milliseconds.
    var noteSlowestHash: String {
        """
        UPDATE \(schema)session_settings SET slowest_hash = make_interval(secs => $1::double precision / 1000)
        WHERE slowest_hash IS NULL OR slowest_hash < make_interval(secs => $1::double precision / 1000)
        """
    }

    /// Takes an attempt back that was none. What succeeded is settled by ``createSession``.
    var releaseLogin: String { "SELECT \(schema)settle_login($1::text[], false)" }

    /// Removes $1 rows at most that say nothing any more.
    var removeExpiredThrottle: String { "SELECT \(schema)remove_expired_login_throttle($1::integer)" }
}
