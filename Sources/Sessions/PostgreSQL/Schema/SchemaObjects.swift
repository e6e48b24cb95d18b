/// The tables, views, functions and triggers that the migrations create, and who may call which function: the one list for
/// grants, for checks and for what `authfcgi migrate` puts right.
enum SchemaObjects {
    /// A function. All functions of that name in the gate's schema are meant: nobody else may create any there.
    struct Function: Sendable {
        let name: String
        /// True if it runs with the rights of the tables' owner (SECURITY DEFINER).
        let runsAsOwner: Bool
        /// Who may call it, other than the owner.
        let callers: Callers

        init(_ name: String, runsAsOwner: Bool = false, _ callers: Callers = []) {
            self.name = name
            self.runsAsOwner = runsAsOwner
            self.callers = callers
        }
    }

    struct Callers: OptionSet, Sendable {
        let rawValue: Int
        /// Gates whose role does not own the tables: `authfcgi migrate --grant-to ROLE`.
        static let gate = Callers(rawValue: 1)
        /// Applications, as members of ``SchemaObjects/applicationsRole``.
        static let applications = Callers(rawValue: 2)
    }

    /// The role whose members may call the functions for applications. It belongs to the whole server.
    static let applicationsRole = "authfcgi_mint"

    /// The tables and views, without the table of applied steps.
    static let relations = [
        "session_tokens", "live_sessions", "user_epochs", "session_keys", "session_limits", "session_cleanup",
        "authfcgi_state", "hashing_costs", "recent_hashing_costs", "login_throttle", "login_throttle_secret",
        "login_devices", "authfcgi_users", "session_channel", "unannounced_revocations", "redis_seal_keys",
        "authfcgi_audit", "authfcgi_password_resets",
    ]

    /// The tables whose contents give power: keys, and the name of the channel.
    static let secrets = ["session_keys", "session_channel", "redis_seal_keys", "login_throttle_secret"]

    /// The tables in which a row, or the lack of one, makes, revives or keeps sessions, or lets somebody sign in, with the
    /// privileges that do it. The view passes changes on, with its owner's rights. Workers compare the sum of the rows of
    /// `unannounced_revocations`, so any change can hide a revocation. The throttle forgets with its rows.
    static let authorities: [(relation: String, privileges: [String])] = [
        ("session_tokens", ["INSERT", "UPDATE"]),
        ("live_sessions", ["INSERT", "UPDATE"]),
        ("user_epochs", ["INSERT", "UPDATE"]),
        ("authfcgi_state", ["INSERT", "UPDATE"]),
        ("authfcgi_users", ["INSERT", "UPDATE"]),
        ("authfcgi_password_resets", ["INSERT", "UPDATE"]),
        ("session_limits", ["INSERT", "UPDATE"]),
        ("login_devices", ["INSERT", "UPDATE"]),
        ("login_throttle", ["INSERT", "UPDATE", "DELETE", "TRUNCATE"]),
        ("unannounced_revocations", ["INSERT", "UPDATE", "DELETE", "TRUNCATE"]),
    ]

    static let functions = [
        Function("announce_revocations"),
        Function("authfcgi_state_announce", runsAsOwner: true),
        Function("authfcgi_unwatch_users", .applications),
        Function("authfcgi_users_audit", runsAsOwner: true),
        Function("authfcgi_users_end_sessions", runsAsOwner: true),
        Function("authfcgi_watch_users", .applications),
        Function("authfcgi_watched_users_end_sessions", runsAsOwner: true, .applications),
        Function("authfcgi_watched_users_find", .applications),
        Function("change_user_password", runsAsOwner: true, .gate),
        Function("claim_session_cleanup", runsAsOwner: true, .gate),
        Function("count_ended_sessions"),
        Function("count_sessions_ended_since"),
        Function("create_access_token", runsAsOwner: true, [.gate, .applications]),
        Function("create_password_reset", runsAsOwner: true, .gate),
        Function("create_session", runsAsOwner: true, .gate),
        Function("current_redis_seal_keys", runsAsOwner: true, .gate),
        Function("end_session", runsAsOwner: true, .gate),
        Function("end_session_of_token", runsAsOwner: true, .gate),
        Function("end_sessions_of_user", runsAsOwner: true, .gate),
        Function("end_user_sessions"),
        Function("find_password_reset", runsAsOwner: true, .gate),
        Function("get_user_from_token", runsAsOwner: true, [.gate, .applications]),
        Function("get_user_from_token_hash", runsAsOwner: true, [.gate, .applications]),
        Function("has_untidied_users", runsAsOwner: true, .gate),
        Function("is_audited"),
        Function("is_login_device"),
        Function("keep_epochs"),
        Function("listen_for_revocations", runsAsOwner: true, .gate),
        Function("lock_login_throttle"),
        Function("lock_session_cleanup"),
        Function("login_throttle_hash"),
        Function("login_throttle_key", runsAsOwner: true, .gate),
        Function("login_throttle_name", .gate),
        Function("login_throttle_next"),
        Function("login_throttle_recent"),
        Function("login_throttle_until"),
        Function("make_redis_seal_key", runsAsOwner: true, .gate),
        Function("may_listen_for_revocations"),
        Function("notification_state", runsAsOwner: true, .gate),
        Function("record_audit"),
        Function("record_command", runsAsOwner: true, .gate),
        Function("redis_seal_key_bytes"),
        Function("rehash_user", .gate),
        Function("remove_ended_sessions", runsAsOwner: true, .gate),
        Function("remove_expired_login_throttle", runsAsOwner: true, .gate),
        Function("remove_expired_sessions", runsAsOwner: true, .gate),
        Function("remove_old_audit", runsAsOwner: true, .gate),
        Function("require_identity"),
        Function("require_read_committed"),
        Function("require_session_cleanup"),
        Function("require_user_id"),
        Function("reserve_login", runsAsOwner: true, .gate),
        Function("revoke_access_token", runsAsOwner: true, [.gate, .applications]),
        Function("revoke_access_token_hash", runsAsOwner: true, [.gate, .applications]),
        Function("revoke_all_sessions", runsAsOwner: true, .gate),
        Function("revoke_session", runsAsOwner: true, [.gate, .applications]),
        Function("revoke_user_sessions", runsAsOwner: true, [.gate, .applications]),
        Function("rotate_session_key", runsAsOwner: true),
        Function("session_idle_grace"),
        Function("session_random_bytes"),
        Function("session_token_hash", [.gate, .applications]),
        Function("session_tokens_announce", runsAsOwner: true),
        Function("session_tokens_keep_ended", runsAsOwner: true),
        Function("settle_login", runsAsOwner: true, .gate),
        Function("tidy_ended_sessions"),
        Function("touch_sessions", runsAsOwner: true, .gate),
        Function("update_user_sessions", runsAsOwner: true, [.gate, .applications]),
        Function("use_password_reset", runsAsOwner: true, .gate),
        Function("user_epochs_announce", runsAsOwner: true),
        Function("user_epochs_end_kept"),
        Function("username_key", .gate),
    ]

    /// The triggers, by table. Each is ENABLE ALWAYS: it runs also under `session_replication_role = replica`.
    static let triggers: [(table: String, name: String)] = [
        ("authfcgi_state", "authfcgi_state_announce"),
        ("authfcgi_state", "authfcgi_state_keep_delete"),
        ("authfcgi_state", "authfcgi_state_keep_truncate"),
        ("authfcgi_state", "authfcgi_state_keep_update"),
        ("authfcgi_users", "authfcgi_users_audit_delete"),
        ("authfcgi_users", "authfcgi_users_audit_insert"),
        ("authfcgi_users", "authfcgi_users_audit_truncate"),
        ("authfcgi_users", "authfcgi_users_audit_update"),
        ("authfcgi_users", "authfcgi_users_end_sessions_delete"),
        ("authfcgi_users", "authfcgi_users_end_sessions_truncate"),
        ("authfcgi_users", "authfcgi_users_end_sessions_update"),
        ("session_tokens", "session_tokens_announce_delete"),
        ("session_tokens", "session_tokens_announce_truncate"),
        ("session_tokens", "session_tokens_announce_update"),
        ("session_tokens", "session_tokens_keep_ended_insert"),
        ("session_tokens", "session_tokens_keep_ended_update"),
        ("user_epochs", "user_epochs_announce_insert"),
        ("user_epochs", "user_epochs_announce_update"),
        ("user_epochs", "user_epochs_end_kept"),
        ("user_epochs", "user_epochs_keep_delete"),
        ("user_epochs", "user_epochs_keep_truncate"),
        ("user_epochs", "user_epochs_keep_update"),
    ]

    /// Returns the names of the functions that `callers` may call.
    static func functions(for callers: Callers) -> [String] {
        functions.filter { $0.callers.contains(callers) }.map(\.name)
    }
}
