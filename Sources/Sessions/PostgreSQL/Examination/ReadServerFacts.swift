internal import FoundationEssentials

/// Reads ``ServerFacts``. Any role may; the search path must be the restricted one.
struct ReadServerFacts: Statement {
    /// The time before the statement is sent.
    let asked: Date

    typealias Row = ServerFacts
    typealias Answer = ServerFacts
    static let isIdempotent = true

    /// The settings of ``ServerFacts/settings``.
    static let settings = [
        "default_transaction_read_only", "idle_in_transaction_session_timeout", "idle_session_timeout", "lock_timeout",
        "session_replication_role", "statement_timeout", "synchronous_commit", "synchronous_standby_names",
        "transaction_timeout",
    ]

    func sql(in schema: Schema) -> String {
        """
        SELECT quote_ident(current_user) AS role, quote_ident(current_database()) AS database,
               \(Schema.microseconds("clock_timestamp()")) AS clock,
               current_setting('max_connections')::integer
                   - CASE WHEN r.rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::integer
                         + coalesce(current_setting('reserved_connections', true), '0')::integer END AS max_connections,
               -- Neither limits superusers.
               CASE WHEN NOT r.rolsuper THEN nullif(r.rolconnlimit, -1) END AS role_limit,
               CASE WHEN NOT r.rolsuper THEN nullif(d.datconnlimit, -1) END AS database_limit,
               o.others, o.others_of_role, o.others_in_database,
               s.standbys, s.synchronous_standbys, s.unknown_standbys,
               to_json(ARRAY(SELECT concat(s.name, '=', s.reset_val) FROM pg_settings s
                              WHERE s.name = ANY ($1::text[]))) AS settings
          FROM pg_roles r CROSS JOIN pg_database d CROSS JOIN LATERAL (
               SELECT count(*) AS others, count(*) FILTER (WHERE a.usesysid = r.oid) AS others_of_role,
                      count(*) FILTER (WHERE a.datid = d.oid) AS others_in_database
                 FROM pg_stat_activity a
                -- Of other roles' processes the kind may be hidden.
                WHERE a.datid IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend'
                  AND left(a.application_name, 9) <> 'authfcgi ' AND a.pid <> pg_backend_pid()) o
         CROSS JOIN (
               -- The state is hidden from a role without pg_read_all_stats.
               SELECT count(*) AS standbys,
                      count(*) FILTER (WHERE f.sync_state IN ('sync', 'quorum')) AS synchronous_standbys,
                      count(*) FILTER (WHERE f.sync_state IS NULL) AS unknown_standbys
                 FROM pg_stat_replication f) s
         WHERE r.rolname = current_user AND d.datname = current_database()
        """
    }

    var parameters: [PostgreSQLParameter] { [.texts(Self.settings)] }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> ServerFacts {
        var settings: [String: String] = [:]
        for setting in try row.texts("settings") {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { settings[String(parts[0])] = String(parts[1]) }
        }
        return ServerFacts(
            role: try row.text("role"), database: try row.text("database"), clock: try row.date("clock"), asked: asked,
            answered: .now, maxConnections: try row.integer("max_connections"),
            roleLimit: try row.optionalInteger("role_limit"), databaseLimit: try row.optionalInteger("database_limit"),
            connectionsOfOthers: .init(
                all: try row.integer("others"), ofRole: try row.integer("others_of_role"),
                inDatabase: try row.integer("others_in_database")),
            standbys: .init(
                all: try row.integer("standbys"), synchronous: try row.integer("synchronous_standbys"),
                unknown: try row.integer("unknown_standbys")),
            settings: settings)
    }
}
