/// The SQL about who may sign in.
extension Statements {
    /// A user as an operator's query finds them, with the epoch that a login must still find when it makes its session:
    /// one statement, so that epoch and password are of the same moment.
    func queriedUser(_ query: String) -> String {
        """
        SELECT f.fields ->> 'id', jsonb_typeof(f.fields -> 'id'), f.fields ->> 'username',
               CASE jsonb_typeof(f.fields -> 'password_hash') WHEN 'string' THEN f.fields ->> 'password_hash' END,
               f.fields ->> 'name', f.fields ->> 'email', f.fields ->> 'groups', jsonb_typeof(f.fields -> 'groups'),
               f.fields ->> 'disabled', f.fields ? 'password_hash', f.fields ? 'disabled',
               coalesce(e.epoch, 0) + (SELECT g.epoch FROM \(schema)authfcgi_state g)
        FROM (\(Self.userFields(query))) f LEFT JOIN \(schema)user_epochs e ON e.user_id = f.fields ->> 'id'
        """
    }

    /// What an operator's query returns, as JSON, which knows columns by their names and numbers by their digits. Two
    /// rows at most: one is a user, more are a mistake. The alias is one that no column has, since a column would be
    /// meant then.
    static func userFields(_ query: String) -> String {
        """
        SELECT to_jsonb("authfcgi user") AS fields FROM (
        \(query)
        ) AS "authfcgi user" LIMIT 2
        """
    }

    /// Whether comparing those who are signed in with the users query, each $1 seconds, is this caller's to do now: a
    /// row then. Later than the clock: the clock was wrong, and would stop all for as long.
    var claimUsersComparison: String {
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

    /// Lets anybody claim it again at once.
    var resignUsersComparison: String { "UPDATE \(schema)authfcgi_state SET users_compared_at = '-infinity'" }

    /// The $2 next users after $1 who have live sessions, by their ids, each with the name of the newest session.
    var signedInUsers: String {
        """
        SELECT DISTINCT ON (t.user_id) t.user_id, t.username FROM \(schema)live_sessions t
        WHERE t.user_id > $1::text
        ORDER BY t.user_id, t.created_at DESC LIMIT $2::integer
        """
    }

    /// Another hash of the same password for one of the gate's own users, if it has not been changed meanwhile.
    var rehashUser: String { "SELECT \(schema)rehash_user($1::text, $2::text, $3::text)" }

    /// Tells everybody that the hashes in use cost at most $1 microseconds, $2 more with each byte of the password, and $3
    /// bytes of memory.
    var noteHighestHashingCost: String {
        """
        UPDATE \(schema)authfcgi_state s
        SET slowest_hash = greatest(s.slowest_hash, n.short),
            slowest_hash_byte = greatest(CASE WHEN s.slowest_hash IS NOT NULL THEN s.slowest_hash_byte END, n.byte),
            largest_hash = greatest(CASE WHEN s.slowest_hash IS NOT NULL THEN s.largest_hash END, n.bytes)
        FROM (VALUES ($1::bigint * interval '1 microsecond', $2::bigint * interval '1 microsecond', $3::bigint))
             n (short, byte, bytes)
        WHERE (s.slowest_hash >= n.short AND s.slowest_hash_byte >= n.byte AND s.largest_hash >= n.bytes) IS NOT TRUE
        """
    }
}
