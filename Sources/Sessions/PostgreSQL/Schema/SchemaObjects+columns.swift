/// The columns of the tables, and their keys: what a migration has made, and only a statement by hand takes away.
extension SchemaObjects {
    /// The names of the columns, separated by spaces, by table.
    static let columns: [(table: String, names: String)] = [
        (
            "authfcgi_audit",
            "number happened_at action user_id username users session_ids sessions author role application client"
        ),
        ("authfcgi_migrations", "number name applied_at"),
        ("authfcgi_password_resets", "user_id code_hash created_at expires_at used_at"),
        ("authfcgi_state", "only_row epoch ended_before tidied_before users_compared_at"),
        ("authfcgi_users", "id username username_key password_hash name email groups disabled created_at updated_at"),
        ("hashing_costs", "met_in slowest_hash slowest_hash_byte largest_hash"),
        ("login_devices", "user_id token_hashes ended_before expires_at"),
        ("login_throttle", "key failed_at succeeded_at expires_at"),
        ("login_throttle_secret", "only_row key"),
        ("redis_seal_keys", "generation created_at server_started_at key"),
        ("session_channel", "only_row channel queue_limit"),
        ("session_cleanup", "only_row cleaned_up_at"),
        ("session_keys", "generation key created_at"),
        ("session_limits", "only_row default_lifetime maximum_lifetime maximum_sessions"),
        (
            "session_tokens",
            "token_hash session_id user_id username groups name email authenticated_at authentication_methods created_at last_seen_at expires_at absolute_expires_at idle_timeout revoked_at client_ip user_agent label user_epoch general_epoch"
        ),
        ("unannounced_revocations", "slot revocations"),
        ("user_epochs", "user_id epoch ended_before kept_hash tidied_before"),
    ]

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

    /// The columns one by one.
    static var singleColumns: [(table: String, name: String)] {
        columns.flatMap { table, names in names.split(separator: " ").map { (table: table, name: String($0)) } }
    }
}
