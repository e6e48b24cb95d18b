/// The columns of the tables, and their keys: what a migration has made, and only a statement by hand takes away.
extension SchemaObjects {
    /// A column of a table.
    struct Column: Sendable {
        /// What gives the column a value in an INSERT without one.
        enum Filling: String, Sendable {
            case nothing = ""
            case `default`
            case identity
            case generated
        }

        let table: String
        let name: String
        /// The type as in SQL.
        let type: String
        let isNullable: Bool
        let filling: Filling

        /// - Parameter definition: The name, the type, and perhaps `null` and what fills the column.
        init(_ definition: Substring, of table: String) {
            var words = definition.split(whereSeparator: \.isWhitespace).map(String.init)
            let filling = words.last.flatMap { Filling(rawValue: $0) }
            if filling != nil { words.removeLast() }
            isNullable = words.last == "null"
            if isNullable { words.removeLast() }
            self.table = table
            name = words.first ?? ""
            type = words.dropFirst().joined(separator: " ")
            self.filling = filling ?? .nothing
        }
    }

    /// The columns by table, almost as in SQL: without `null` a column is NOT NULL.
    static let columns: [(table: String, definitions: String)] = [
        (
            "authfcgi_audit",
            """
            number bigint identity, happened_at timestamptz default, action text, user_id text null, username text null,
            users bigint null, session_ids uuid[] default, sessions bigint null, author text null, role text default,
            application text default, client inet null default
            """
        ),
        ("authfcgi_migrations", "number integer, name text, applied_at timestamptz default"),
        (
            "authfcgi_password_resets",
            """
            user_id text, code_hash bytea, created_at timestamptz default, expires_at timestamptz,
            used_at timestamptz null
            """
        ),
        (
            "authfcgi_state",
            """
            only_row boolean default, epoch bigint default, ended_before bigint default, tidied_before bigint default,
            users_compared_at timestamptz default
            """
        ),
        (
            "authfcgi_users",
            """
            id text default, username text, username_key text generated, password_hash text, name text default,
            email text default, groups text[] default, disabled boolean default, created_at timestamptz default,
            updated_at timestamptz default
            """
        ),
        (
            "hashing_costs",
            """
            met_in timestamptz, slowest_hash interval, slowest_hash_byte interval default,
            largest_hash bigint default
            """
        ),
        ("login_devices", "user_id text, token_hashes bytea[], ended_before bigint, expires_at timestamptz"),
        (
            "login_throttle",
            "key bytea, failed_at timestamptz[] default, succeeded_at timestamptz null, expires_at timestamptz"
        ),
        ("login_throttle_secret", "only_row boolean default, key bytea default"),
        (
            "redis_seal_keys",
            """
            generation integer, created_at timestamptz default, server_started_at timestamptz default,
            key bytea generated
            """
        ),
        ("session_channel", "only_row boolean default, channel text default, queue_limit double precision default"),
        ("session_cleanup", "only_row boolean default, cleaned_up_at timestamptz default"),
        ("session_keys", "generation integer, key bytea default, created_at timestamptz default"),
        (
            "session_limits",
            """
            only_row boolean default, default_lifetime interval default, maximum_lifetime interval default,
            maximum_sessions integer default
            """
        ),
        (
            "session_tokens",
            """
            token_hash bytea, session_id uuid default, user_id text, username text default, groups text[] default,
            name text default, email text default, authenticated_at timestamptz default,
            authentication_methods text[] default, created_at timestamptz default, last_seen_at timestamptz default,
            expires_at timestamptz, absolute_expires_at timestamptz, idle_timeout interval null,
            revoked_at timestamptz null, client_ip inet null, user_agent text null, label text null,
            user_epoch bigint, general_epoch bigint
            """
        ),
        ("unannounced_revocations", "slot integer identity, revocations bigint default"),
        (
            "user_epochs",
            """
            user_id text, epoch bigint default, ended_before bigint default, kept_hash bytea null,
            tidied_before bigint default
            """
        ),
    ]

    /// The columns one by one.
    static let singleColumns: [Column] = columns.flatMap { table, definitions in
        definitions.split(separator: ",").map { Column($0, of: table) }
    }

    /// The primary keys and the other unique constraints, with their columns as in SQL.
    static let keys: [(table: String, type: String, columns: String)] = [
        ("authfcgi_audit", "PRIMARY KEY", "number"),
        ("authfcgi_migrations", "PRIMARY KEY", "number"),
        ("authfcgi_password_resets", "PRIMARY KEY", "user_id"),
        ("authfcgi_password_resets", "UNIQUE", "code_hash"),
        ("authfcgi_state", "PRIMARY KEY", "only_row"),
        ("authfcgi_users", "PRIMARY KEY", "id"),
        ("authfcgi_users", "UNIQUE", "username_key"),
        ("hashing_costs", "PRIMARY KEY", "met_in"),
        ("login_devices", "PRIMARY KEY", "user_id"),
        ("login_throttle", "PRIMARY KEY", "key"),
        ("login_throttle_secret", "PRIMARY KEY", "only_row"),
        ("redis_seal_keys", "PRIMARY KEY", "generation"),
        ("session_channel", "PRIMARY KEY", "only_row"),
        ("session_cleanup", "PRIMARY KEY", "only_row"),
        ("session_keys", "PRIMARY KEY", "generation"),
        ("session_limits", "PRIMARY KEY", "only_row"),
        ("session_tokens", "PRIMARY KEY", "token_hash"),
        ("session_tokens", "UNIQUE", "session_id"),
        ("unannounced_revocations", "PRIMARY KEY", "slot"),
        ("user_epochs", "PRIMARY KEY", "user_id"),
        ("user_epochs", "UNIQUE", "user_id, tidied_before"),
    ]
}
