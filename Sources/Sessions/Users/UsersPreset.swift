/// Products whose users tables are known.
///
/// Passwords are checked as in the product, and users locked in the product's tables are refused. Columns that exist
/// only with some options of the product are used if present.
public enum UsersPreset: String, CaseIterable, Sendable {
    /// django.contrib.auth with its own user model and groups.
    case django
    /// Laravel's default migration. Users sign in with their e-mail address.
    case laravel
    /// Rails with Devise's generated migration. Users sign in with their e-mail address, in lower case and without
    /// surrounding spaces. Users who are unconfirmed or locked are refused.
    case devise
    /// WordPress in PostgreSQL, converted by PG4WP or pgloader or shown by mysql_fdw, with tables named wp_…; the roles
    /// are the groups.
    case wordpress

    /// The query: see ``UsersQuery/sql``.
    public var sql: String {
        switch self {
        case .django: Self.djangoSQL
        case .laravel: Self.laravelSQL
        case .devise: Self.deviseSQL
        case .wordpress: Self.wordpressSQL
        }
    }

    /// The highest cost of the product's own hashes with its default settings: PBKDF2 of Django 6, bcrypt of PHP 8.4
    /// and of Devise, phpass of WordPress up to 6.7.
    package var highestCost: HashingCost {
        let bcrypt = HashingCost(time: .milliseconds(250))
        return switch self {
        case .django: HashingCost(time: .milliseconds(420))
        case .laravel, .devise: bcrypt
        case .wordpress: HashingCost(time: bcrypt.time, timePerByte: .microseconds(17))
        }
    }

    /// Django's login form normalizes the name before the lookup. First and last name have up to 150 characters each, of
    /// which ``IdentityLimits`` permits 256 together.
    private static let djangoSQL = """
        SELECT u.id, u.username, u.password AS password_hash,
               left(btrim(u.first_name || ' ' || u.last_name), 256) AS name, u.email,
               ARRAY(SELECT g.name FROM auth_user_groups m JOIN auth_group g ON g.id = m.group_id
                     WHERE m.user_id = u.id ORDER BY g.name) AS groups,
               NOT u.is_active AS disabled
        FROM auth_user u WHERE u.username = normalize($1, NFKC)
        """

    private static let laravelSQL = """
        SELECT u.id, u.email AS username, u.password AS password_hash, u.name, u.email FROM users u WHERE u.email = $1
        """

    /// The name is normalized as by Devise's config.case_insensitive_keys and config.strip_whitespace_keys. The modules
    /// :confirmable and :lockable have columns of their own; where the table lacks one, the name refers to the column
    /// of `absent`, since SQL resolves names in the innermost query first.
    private static let deviseSQL = """
        SELECT u.id, u.email AS username, u.encrypted_password AS password_hash, u.email, u.disabled
        FROM (VALUES (timestamp 'epoch', NULL::timestamp)) absent (confirmed_at, locked_at),
             LATERAL (SELECT id, email, encrypted_password, confirmed_at IS NULL OR locked_at IS NOT NULL AS disabled
                      FROM users WHERE email = lower(btrim($1, E' \\t\\n\\x0b\\f\\r'))) u
        """

    /// WordPress accepts a name or an e-mail address. The id's column is `ID`, or `id` after pgloader; only the table
    /// of a multisite has `spam`. Names that the table lacks refer to `absent`, as above. A role is a key of
    /// `wp_capabilities`, in PHP's serialized form, with the value true.
    private static let wordpressSQL = #"""
        SELECT u.id, u.user_login AS username, u.user_pass AS password_hash, u.display_name AS name,
               u.user_email AS email,
               ARRAY(SELECT role[1] FROM wp_usermeta m, regexp_matches(m.meta_value, 's:\d+:"([^"]*)";b:1;', 'g') role
                     WHERE m.user_id = u.id AND m.meta_key = 'wp_capabilities') AS groups,
               u.disabled
        FROM (VALUES (NULL::bigint, NULL::bigint, 0)) absent ("ID", id, spam),
             LATERAL (SELECT coalesce("ID", id)::bigint AS id, user_login, user_pass, display_name, user_email,
                             spam::text NOT IN ('0', 'false') AS disabled
                      FROM wp_users
                      WHERE user_login = $1
                         OR user_email = $1 AND NOT EXISTS (SELECT FROM wp_users o WHERE o.user_login = $1)) u
        """#
}
