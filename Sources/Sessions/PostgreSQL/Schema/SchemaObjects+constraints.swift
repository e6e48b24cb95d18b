/// What else belongs to the tables: constraints of values, indexes, and whether a crash empties them.
extension SchemaObjects {
    /// The tables whose rows must be in no replica, base backup or archive, and are gone after a crash.
    static let unlogged = ["redis_seal_keys"]

    /// The names of the CHECK constraints, separated by spaces, by table, without the table's name before each.
    private static let checks: [(table: String, names: String)] = [
        ("authfcgi_password_resets", "code_hash_check user_id_check"),
        ("authfcgi_state", "check only_row_check"),
        (
            "authfcgi_users",
            "email_check groups_check id_check name_check username_check username_check1 username_check2"
        ),
        ("login_devices", "user_id_check"),
        ("login_throttle", "key_check"),
        ("login_throttle_secret", "key_check only_row_check"),
        ("session_channel", "channel_check only_row_check"),
        ("session_cleanup", "only_row_check"),
        ("session_keys", "key_check"),
        (
            "session_limits",
            "default_lifetime_check maximum_lifetime_check maximum_sessions_check only_row_check"
        ),
        (
            "session_tokens",
            """
            authenticated_at_check authentication_methods_check email_check expiry_within_absolute groups_check \
            idle_timeout_check label_check name_check token_hash_check user_id_check username_check
            """
        ),
        ("user_epochs", "check check1 kept_hash_check user_id_check"),
    ]

    /// The CHECK constraints one by one.
    static let singleChecks: [(table: String, name: String)] = checks.flatMap { table, names in
        names.split(separator: " ").map { (table: table, name: "\(table)_\($0)") }
    }

    /// The indexes other than those of keys, with what follows USING as PostgreSQL shows it.
    static let indexes: [(table: String, name: String, definition: String)] = [
        ("authfcgi_audit", "authfcgi_audit_action_idx", "btree (action, number)"),
        ("login_devices", "login_devices_expires_at_idx", "btree (expires_at)"),
        ("login_throttle", "login_throttle_expires_at_idx", "btree (expires_at)"),
        ("session_tokens", "session_tokens_expires_at_idx", "btree (expires_at)"),
        (
            "session_tokens", "session_tokens_user_id_idx",
            "btree (user_id, created_at DESC, session_id) WHERE (revoked_at IS NULL)"
        ),
        ("user_epochs", "user_epochs_ended_idx", "btree (user_id) WHERE (ended_before > 0)"),
        ("user_epochs", "user_epochs_untidied_idx", "btree (user_id) WHERE (tidied_before < ended_before)"),
    ]
}
