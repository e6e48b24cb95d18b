/// Products whose users tables are known.
///
/// Passwords are checked as the product stores them, and who is locked out in the product's tables is locked out here.
/// Columns that a product has only where some part of it is in use are looked at if they are there.
public enum UsersPreset: String, CaseIterable, Sendable {
    /// django.contrib.auth with its own user model and groups.
    case django
    /// Laravel's default migration: people sign in with their e-mail address.
    case laravel
    /// Rails with Devise's generated migration: as above, in lower case and without spaces around it. Who has not
    /// confirmed the address, or is locked, is nobody.
    case devise
    /// WordPress in PostgreSQL, as PG4WP or pgloader has made it or mysql_fdw shows it, tables beginning with wp_; the
    /// roles are the groups.
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

    /// What the product's own hashes cost at most with its settings as they come: Django 6's PBKDF2, bcrypt of PHP 8.4
    /// and of Devise, phpass of WordPress up to 6.7.
    package var highestCost: HashingCost {
        let bcrypt = HashingCost(time: .milliseconds(250))
        return switch self {
        case .django: HashingCost(time: .milliseconds(420))
        case .laravel, .devise: bcrypt
        case .wordpress: HashingCost(time: bcrypt.time, timePerByte: .microseconds(17))
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

    /// The name as by Devise's config.case_insensitive_keys and config.strip_whitespace_keys. The modules :confirmable
    /// and :lockable have columns of their own; where the table lacks one, its name means the one in `absent`, since
    /// SQL looks for a name in the innermost query first.
    private static let deviseSQL = """
        SELECT u.id, u.email AS username, u.encrypted_password AS password_hash, u.email, u.disabled
        FROM (VALUES (timestamp 'epoch', NULL::timestamp)) absent (confirmed_at, locked_at),
             LATERAL (SELECT id, email, encrypted_password, confirmed_at IS NULL OR locked_at IS NOT NULL AS disabled
                      FROM users WHERE email = lower(btrim($1, E' \\t\\n\\x0b\\f\\r'))) u
        """

    /// WordPress takes a name, else an e-mail address. The column of the id is called ID, and id where pgloader has
    /// made it; only the table of a multisite knows spammers. Names that the table lacks mean those in `absent`, as
    /// above. A role is what `wp_capabilities` maps to true in PHP's serialised form.
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
