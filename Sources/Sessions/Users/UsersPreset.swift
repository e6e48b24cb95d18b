/// Products whose users tables are known.
///
/// Passwords are checked as the product stores them; what a product does besides (a lock-out, a confirmation by mail)
/// is no part of its default tables, and takes a query of its own.
public enum UsersPreset: String, CaseIterable, Sendable {
    /// django.contrib.auth with its own user model and groups.
    case django
    /// Laravel's default migration: people sign in with their e-mail address.
    case laravel
    /// Rails with Devise's generated migration: as above, in lower case and without spaces around it.
    case devise
    /// WordPress as PG4WP keeps it in PostgreSQL, tables beginning with wp_; the roles are the groups.
    case wordpress

    /// The query, as ``UsersQuery/sql``.
    public var sql: String {
        switch self {
        case .django: Self.djangoSQL
        case .laravel: Self.laravelSQL
        case .devise: Self.deviseSQL
        case .wordpress: Self.wordpressSQL
        }
    }

    /// Django's login form normalises the name before it looks for it.
    private static let djangoSQL = """
        SELECT u.id, u.username, u.password AS password_hash, btrim(u.first_name || ' ' || u.last_name) AS name, u.email,
               ARRAY(SELECT g.name FROM auth_user_groups m JOIN auth_group g ON g.id = m.group_id
                     WHERE m.user_id = u.id ORDER BY g.name) AS groups,
               NOT u.is_active AS disabled
        FROM auth_user u WHERE u.username = normalize($1, NFKC)
        """

    private static let laravelSQL = """
        SELECT u.id, u.email AS username, u.password AS password_hash, u.name, u.email FROM users u WHERE u.email = $1
        """

    /// Devise's config.case_insensitive_keys and config.strip_whitespace_keys.
    private static let deviseSQL = """
        SELECT u.id, u.email AS username, u.encrypted_password AS password_hash, u.email
        FROM users u WHERE u.email = lower(btrim($1, E' \\t\\n\\x0b\\f\\r'))
        """

    /// WordPress takes a name, else an e-mail address. The column of the id is called ID or id, by the version of PG4WP.
    /// A role is what `wp_capabilities` maps to true in PHP's serialised form.
    private static let wordpressSQL = #"""
        SELECT k.id, u.user_login AS username, u.user_pass AS password_hash, u.display_name AS name,
               u.user_email AS email,
               ARRAY(SELECT role[1] FROM wp_usermeta m, regexp_matches(m.meta_value, 's:\d+:"([^"]*)";b:1;', 'g') role
                     WHERE m.user_id = k.id AND m.meta_key = 'wp_capabilities') AS groups
        FROM wp_users u,
             LATERAL (SELECT coalesce(to_jsonb(u) ->> 'ID', to_jsonb(u) ->> 'id')::bigint AS id) k
        WHERE u.user_login = $1
           OR u.user_email = $1 AND NOT EXISTS (SELECT FROM wp_users o WHERE o.user_login = $1)
        """#
}
