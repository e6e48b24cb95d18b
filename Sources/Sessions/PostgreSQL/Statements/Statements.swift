/// The SQL that the lanes send, with the schema's name in it if one is set.
package struct Statements: Sendable {
    /// What stands before each of our names: nothing, or the schema and a full stop.
    let schema: String

    /// - Parameter schema: the schema of our tables; nil for the connection's own search path.
    package init(schema: String?) {
        self.schema = schema.map { Self.identifier($0) + "." } ?? ""
    }

    /// A name as an SQL identifier, whatever it contains.
    static func identifier(_ name: String) -> String {
        "\"" + name.unicodeScalars.map { $0 == "\"" ? "\"\"" : "\($0)" }.joined() + "\""
    }

    /// One session by its token's hash. The row's own hash comes back with it, so that an answer is known by what it
    /// says and not by its place. Whether the session is alive is a column's matter and no condition, so that an ended
    /// one still answers for itself; alive means neither revoked nor expired, by the server's clock at the moment of
    /// the statement (in a batch `now()` would be the batch's first moment).
    package var lookUp: String { "\(selectSession) WHERE s.token_hash = $1::bytea" }

    /// The same for many hashes at once.
    package var lookUpSeveral: String { "\(selectSession) WHERE s.token_hash = ANY ($1::bytea[])" }

    private var selectSession: String {
        "SELECT s.token_hash, \(Self.sessionColumns) FROM \(schema)session_tokens s"
    }

    /// The same for a hash that there was no row for: here the question comes back also when there is none. The join
    /// costs PostgreSQL a tenth more, which is why not every look-up has it.
    package var lookUpAbsent: String {
        """
        SELECT asked.hash, \(Self.sessionColumns) \
        FROM (VALUES ($1::bytea)) asked(hash) LEFT JOIN \(schema)session_tokens s ON s.token_hash = asked.hash
        """
    }

    /// The first is NULL unless the session is alive; the last is the moment for which all this is said.
    private static let sessionColumns = """
        CASE WHEN s.expires_at > statement_timestamp() AND s.revoked_at IS NULL THEN s.expires_at END, s.session_id, \
        s.user_id, s.username, s.groups, s.name, s.email, s.created_at, s.idle_timeout, \
        statement_timestamp()
        """

    /// The token keys, and which of them is for new tokens: the newest that is old enough for every worker to have read
    /// it, else the first. Beside each what the server says of itself: whether it is a standby, whose word on sessions
    /// may be out of date; its clock; when it was started; which process answers; whether that one listens to us.
    package var heartbeat: String {
        """
        SELECT generation, key, \
        generation = coalesce(max(generation) FILTER (WHERE created_at <= statement_timestamp() - interval '10 seconds') \
        OVER (), min(generation) OVER ()) AS mints, pg_is_in_recovery(), statement_timestamp(), \
        pg_postmaster_start_time(), pg_backend_pid(), '\(Revocation.channel)' IN (SELECT pg_listening_channels()) \
        FROM \(schema)session_keys
        """
    }

    /// Who is at the other end of a new connection.
    static let introduction = "SELECT pg_is_in_recovery(), pg_postmaster_start_time(), pg_backend_pid()"

    /// Makes a session; no row when the user's epoch is not the expected one any more. The login's reservation, if
    /// there is one, becomes a success with it. Behind the session come the one that it replaces and whose that was,
    /// the first of those that were too many, and how many these were.
    package var createSession: String {
        """
        SELECT session_id, (extract(epoch FROM created_at) * 1000000)::bigint, \
        (extract(epoch FROM expires_at) * 1000000)::bigint, replaced_session, replaced_user, \
        pg_catalog.array_to_string(excess_sessions[:\(MadeSession.maxNamed)], ','), \
        pg_catalog.cardinality(excess_sessions), \(schema)settle_login($15::text[], true) \
        FROM \(schema)create_session($1::bytea, $2::text, $3::text, $4::text[], $5::text, $6::text, \
        make_interval(secs => $7::double precision), $8::inet, $9::text, $10::text, $11::bigint, \
        make_interval(secs => $12::double precision), $13::integer, $14::bytea)
        """
    }

    /// Ends the session of a token's hash, and says whose it is if there is one.
    package var revoke: String {
        """
        SELECT \(schema)revoke_access_token_hash($1::bytea), s.session_id, s.user_id \
        FROM (VALUES (1)) once LEFT JOIN \(schema)session_tokens s ON s.token_hash = $1::bytea
        """
    }

    /// Ends all sessions of a user, and all logins of theirs that are under way.
    /// - The second parameter: the hash of the one that stays, or NULL.
    package var revokeUser: String { "SELECT \(schema)revoke_user_sessions($1::text, $2::bytea)" }

    /// Ends one session by its public id; false when it had ended before.
    /// - The second parameter: the user that it must belong to, or NULL.
    package var revokeSession: String { "SELECT \(schema)revoke_session($1::uuid, $2::text)" }

    /// The live sessions of a user, the newest first.
    package var sessions: String {
        """
        SELECT session_id, (extract(epoch FROM created_at) * 1000000)::bigint, \
        (extract(epoch FROM last_seen_at) * 1000000)::bigint, \
        (extract(epoch FROM least(expires_at, '9999-12-31Z')) * 1000000)::bigint, \
        host(client_ip), user_agent, label \
        FROM \(schema)live_sessions \
        WHERE user_id = $1::text \
        ORDER BY created_at DESC, session_id LIMIT $2::integer
        """
    }

    /// Writes down uses of sessions: hashes, and microseconds since 2000-01-01 UTC. Returns the hashes whose rows
    /// somebody else holds at the moment.
    package var touch: String {
        """
        SELECT encode(touched, 'hex') FROM \(schema)touch_sessions($1::bytea[], ARRAY(SELECT timestamptz \
        '2000-01-01 00:00:00+00' + used.at * interval '1 microsecond' \
        FROM unnest($2::bigint[]) WITH ORDINALITY AS used (at, number) ORDER BY used.number), \
        make_interval(secs => $3::double precision)) AS touched
        """
    }

    /// Whether the clean-up is this caller's to do now.
    package var claimCleanup: String {
        "SELECT \(schema)claim_session_cleanup(make_interval(secs => $1::double precision))"
    }

    /// Removes $1 expired sessions at most, the oldest first. Where it has come to goes back and forth without a time
    /// zone, whose short names can mean several.
    var removeExpired: String {
        """
        SELECT removed, reached AT TIME ZONE 'UTC' \
        FROM \(schema)remove_expired_sessions($1::integer, $2::timestamp AT TIME ZONE 'UTC')
        """
    }

    /// A user with the epoch that a login must still find when it makes its session, and whether the user is disabled.
    package var user: String { "\(selectUser) WHERE u.username = $1::text" }

    /// The same by the user's id.
    package var userByID: String { "\(selectUser) WHERE u.id = $1::text" }

    private var selectUser: String {
        """
        SELECT u.id, u.username, u.password_hash, u.name, u.email, array_to_json(u.groups), \
        coalesce(e.epoch, 0) + (SELECT g.epoch FROM \(schema)authfcgi_state g), u.disabled \
        FROM \(schema)authfcgi_users u LEFT JOIN \(schema)user_epochs e ON e.user_id = u.id
        """
    }

    /// Gives a user another password, unless it is another one by now than the one that was checked: NULL then.
    /// - The parameters: the user's id, the hash that was checked, the new one, the hash of the session that stays.
    package var changePassword: String {
        "SELECT \(schema)change_user_password($1::text, $2::text, $3::text, $4::bytea)"
    }

    /// A new user; no row when the name is taken.
    package var addUser: String {
        """
        INSERT INTO \(schema)authfcgi_users (username, password_hash, name, email, groups) \
        VALUES ($1::text, $2::text, $3::text, $4::text, $5::text[]) ON CONFLICT (username) DO NOTHING RETURNING id
        """
    }

    /// Makes the lifetime that the settings name the one of sessions that applications create by SQL, and allows the
    /// one of those who are remembered: the second parameter, or NULL.
    var setLifetimes: String {
        """
        UPDATE \(schema)session_limits SET default_lifetime = make_interval(secs => $1::double precision), \
        maximum_lifetime = greatest(maximum_lifetime, make_interval(secs => $1::double precision), \
        make_interval(secs => $2::double precision)) WHERE \(Self.lifetimesDiffer)
        """
    }

    /// A row when ``setLifetimes`` with the same parameters would change something.
    var differingLifetimes: String { "SELECT 1 FROM \(schema)session_limits WHERE \(Self.lifetimesDiffer)" }

    private static let lifetimesDiffer = """
        (default_lifetime <> make_interval(secs => $1::double precision) \
        OR maximum_lifetime < make_interval(secs => $2::double precision))
        """
}
