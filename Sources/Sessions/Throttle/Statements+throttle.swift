/// What the throttle of logins sends.
extension Statements {
    /// Counts an attempt as a failure, or says how many seconds to wait. And what the slowest hash in use costs, in
    /// microseconds, for a short password and for each byte of it; 0 when none is known that is slower than ours. The
    /// last is what stands for a name in logs that no user has: made like the keys of login_throttle, and yet another
    /// one, so that no log leads to a row there.
    var reserveLogin: String {
        """
        SELECT r.wait_seconds, r.reservation,
               coalesce((extract(epoch FROM g.slowest_hash) * 1000000)::bigint, 0),
               CASE WHEN g.slowest_hash IS NULL THEN 0
                    ELSE coalesce((extract(epoch FROM g.slowest_hash_byte) * 1000000)::bigint, 0) END,
               CASE WHEN $2::text IS NULL THEN
                   left(encode(\(schema)login_throttle_key('log', \(schema)login_throttle_name($1::text)), 'hex'), 16) END
        FROM \(schema)reserve_login($1::text, $2::text, $3::bytea) r LEFT JOIN \(schema)session_settings g ON true
        """
    }

    /// Takes an attempt back that was none. What succeeded is settled by ``createSession``.
    var releaseLogin: String { "SELECT \(schema)settle_login($1::text[], false)" }

    /// Removes $1 rows at most that say nothing any more.
    var removeExpiredThrottle: String { "SELECT \(schema)remove_expired_login_throttle($1::integer)" }
}
