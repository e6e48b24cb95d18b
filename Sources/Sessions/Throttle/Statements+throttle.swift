/// What the throttle of logins sends.
extension Statements {
    /// Counts an attempt as a failure, or says how many seconds to wait. The last is what stands for the name in logs:
    /// made like the keys of login_throttle, and yet another one, so that no log leads to a row there.
    var reserveLogin: String {
        """
        SELECT wait_seconds, reservation, \
        left(encode(\(schema)login_throttle_key('log', \(schema)login_throttle_name($1::text)), 'hex'), 16) \
        FROM \(schema)reserve_login($1::text, $2::text, $3::bytea)
        """
    }

    /// Takes an attempt back that was none. What succeeded is settled by ``createSession``.
    var releaseLogin: String { "SELECT \(schema)settle_login($1::text[], false)" }

    /// Removes $1 rows at most that say nothing any more.
    var removeExpiredThrottle: String { "SELECT \(schema)remove_expired_login_throttle($1::integer)" }
}
