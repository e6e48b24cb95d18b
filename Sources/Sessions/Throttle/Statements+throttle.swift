/// What the throttle of logins sends.
extension Statements {
    /// Counts an attempt of a name ($1) and its user ($2, NULL for nobody's) from a network ($3) as a failure, or says how
    /// many seconds to wait: ``attempt(userID:network:of:and:)``.
    var reserveLogin: String { attempt(userID: "$2::text", network: "$3::bytea", of: "(VALUES (1)) once") }

    /// The same for one of the gate's own users, who is looked up by the name ($1); the network is $2. Behind it come the
    /// columns of ``user``, all NULL for nobody.
    var beginLogin: String {
        attempt(
            userID: "u.id", network: "$2::bytea", of: "(VALUES (1)) once LEFT JOIN (\(user)) u ON true", and: ", u.*")
    }

    /// How many seconds to wait or the reservation. What the hashes in use cost at most: in microseconds, for a short
    /// password and for each byte of it, and in bytes of memory; 0 when none is known that is not like ours. And what
    /// stands for a name in logs that no user has: made like the keys of login_throttle, and yet another one, so that no
    /// log leads to a row there.
    private func attempt(
        userID: String, network: String, of users: String, and columns: String = ""
    ) -> String {
        """
        SELECT r.wait_seconds, r.reservation,
               coalesce((extract(epoch FROM g.slowest_hash) * 1000000)::bigint, 0),
               CASE WHEN g.slowest_hash IS NULL THEN 0
                    ELSE coalesce((extract(epoch FROM g.slowest_hash_byte) * 1000000)::bigint, 0) END,
               CASE WHEN g.slowest_hash IS NULL THEN 0 ELSE coalesce(g.largest_hash, 0) END,
               CASE WHEN \(userID) IS NULL THEN
                   left(encode(\(schema)login_throttle_key('log', \(schema)login_throttle_name($1::text)), 'hex'), 16) END\(columns)
        FROM \(users) CROSS JOIN LATERAL \(schema)reserve_login($1::text, \(userID), \(network)) r
             LEFT JOIN \(schema)authfcgi_state g ON true
        """
    }

    /// Takes an attempt back that was none. What succeeded is settled by ``createSession``.
    var releaseLogin: String { "SELECT \(schema)settle_login($1::text[], false)" }

    /// Removes $1 rows at most that say nothing any more.
    var removeExpiredThrottle: String { "SELECT \(schema)remove_expired_login_throttle($1::integer)" }
}
