/// What commands send.
extension Statements {
    /// Whom the gate knows under this id or this name: the user with this id first, then the gate's own user of this
    /// name. A row has the id, and the name if the user is one of the gate's own.
    var usersByIDAndName: String {
        """
        SELECT asked.id, u.username, 1 FROM (VALUES ($1::text)) asked(id) \
        LEFT JOIN \(schema)authfcgi_users u ON u.id = asked.id \
        WHERE u.id IS NOT NULL OR EXISTS (SELECT FROM \(schema)user_epochs e WHERE e.user_id = asked.id) \
        OR EXISTS (SELECT FROM \(schema)live_sessions s WHERE s.user_id = asked.id) \
        UNION ALL SELECT u.id, u.username, 2 FROM \(schema)authfcgi_users u \
        WHERE u.username = $1::text AND u.id <> $1::text ORDER BY 3
        """
    }

    /// The users whose live sessions have this name, for stacks that keep their users themselves: $2 of them at most. No
    /// index helps here.
    var usersBySessionName: String {
        """
        SELECT DISTINCT s.user_id, u.username FROM \(schema)live_sessions s \
        LEFT JOIN \(schema)authfcgi_users u ON u.id = s.user_id \
        WHERE s.username = $1::text ORDER BY 1 LIMIT $2::integer
        """
    }

    var listSessions: String {
        """
        SELECT s.session_id, s.user_id, s.username, \(Self.utc("s.created_at")), \(Self.utc("s.last_seen_at")), \
        \(Self.utc("s.expires_at")), host(s.client_ip), s.user_agent, s.label \
        FROM \(schema)live_sessions s WHERE s.user_id = $1::text \
        ORDER BY s.created_at DESC, s.session_id
        """
    }

    /// How many sessions are live, and of how many users.
    var countSessions: String {
        "SELECT count(*), count(DISTINCT s.user_id) FROM \(schema)live_sessions s"
    }

    /// The longest that a session may last, if $1 seconds are more. Compared as points in time, as create_session()
    /// does: a month is not always 30 days.
    var exceededMaximum: String {
        """
        SELECT maximum_lifetime FROM \(limitsTable), \
        (VALUES (statement_timestamp() AT TIME ZONE 'UTC', make_interval(secs => $1::double precision))) \
        asked(start, lifetime) \
        WHERE asked.lifetime > maximum_lifetime OR asked.start + asked.lifetime > asked.start + maximum_lifetime
        """
    }

    /// Where the maximum is written.
    var limitsTable: String { "\(schema)session_limits" }

    /// A session for a user that the gate keeps no account of.
    var createToken: String {
        """
        SELECT \(schema)create_access_token($1::text, $2::text, $3::text[], $4::text, $5::text, \
        make_interval(secs => $6::double precision), $7::text)
        """
    }

    /// A session for one of the gate's own users; no row when the user is disabled or gone. The lock makes who disables
    /// the user at this moment wait, and then end this session too.
    var createAccountToken: String {
        """
        WITH account AS MATERIALIZED (SELECT id, username, groups, name, email FROM \(schema)authfcgi_users \
        WHERE id = $1::text AND NOT disabled FOR SHARE) \
        SELECT \(schema)create_access_token(id, username, groups, name, email, \
        make_interval(secs => $2::double precision), $3::text) FROM account
        """
    }

    /// A session's public name and its end.
    var createdSession: String {
        """
        SELECT s.session_id, \(Self.utc("s.expires_at")) \
        FROM \(schema)session_tokens s WHERE s.token_hash = $1::bytea
        """
    }

    /// Ends all sessions of all users.
    var revokeAll: String { "SELECT \(schema)revoke_all_sessions()" }

    /// Changes what the live sessions of a user say about the user; NULL keeps.
    var updateUserSessions: String {
        """
        SELECT \(schema)update_user_sessions(user_id => $1::text, username => $2::text, groups => $3::text[], \
        name => $4::text, email => $5::text)
        """
    }

    /// A moment as text, to the second; `infinity` stays what it is.
    static func utc(_ column: String) -> String {
        "coalesce(to_char(\(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), \(column)::text)"
    }
}
