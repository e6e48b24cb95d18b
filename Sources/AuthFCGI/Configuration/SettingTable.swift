internal import Logging
internal import Sessions

/// All settings, in the order of help texts and documents. A new setting is an entry here, and a flag in
/// ``OtherSettingsOptions`` unless it is a secret. Those of sign-in and pages are defined in files of their own.
struct SettingTable: Sendable {
    /// A URL that begins with `postgresql://`, or key=value pairs; libpq takes both.
    let databaseURL = Setting(
        "DATABASE_URL", .databaseURL, default: .required(DatabaseURL.form),
        "PostgreSQL database of sessions and users")

    /// Nil for the first schema of the connection's search_path.
    let databaseSchema = Setting(
        "DATABASE_SCHEMA", .optional(.schemaName), default: .described("the connection's search_path"),
        "schema of the tables")

    let preparesStatements = Setting(
        "DATABASE_PREPARED_STATEMENTS", .toggle, default: .text("on"),
        "prepare statements once per connection; off: assume a connection pooler even if the gate does not detect one")

    let databaseQueryDeadline = Setting(
        "DATABASE_QUERY_DEADLINE", .duration(.milliseconds(10) ... .milliseconds(999)), default: .text("700ms"),
        "time limit of a check's look-up, after which the answer is 503; less than AUTHFCGI_REVOCATION_DELAY")

    let databaseWriteDeadline = Setting(
        "DATABASE_WRITE_DEADLINE", .duration(.milliseconds(100) ... .seconds(60)), default: .text("5s"),
        "time limit of a login, a logout or a change in the database")

    let migrateOnStart = Setting(
        "MIGRATE_ON_START", .toggle, default: .text("on"),
        "create the tables, or bring them up to date, when the program starts")

    /// Nil for PostgreSQL alone.
    let redisURL = Setting(
        "REDIS_URL", .optional(.redisURL), default: .described("none"),
        "Redis server that checks ask before the database; without it, they ask the database alone")

    let redisKeyPrefix = Setting(
        "REDIS_KEY_PREFIX", .redisKeyPrefix, default: .text("authfcgi:"),
        "prefix of the keys in Redis, so that several installations can share a server")

    /// Nil for the database's key alone.
    let redisSealSecret = Setting(
        "REDIS_SEAL_SECRET", .optional(.sealSecret), default: .described("a key in PostgreSQL alone"),
        "secret, the same on all pods, that takes part in the sealing of values in Redis: who reads the database cannot make any"
    )

    let redisDeadline = Setting(
        "REDIS_DEADLINE", .duration(.milliseconds(1) ... .milliseconds(500)), default: .text("50ms"),
        "time limit of an answer from Redis, after which the database is asked")

    let redisTLSAuthorities = Setting(
        "REDIS_TLS_CA_FILE", .optional(.text("path")), default: .described("the system's authorities"),
        "PEM file of the certificate authorities that may issue the certificate of a rediss:// server")

    let redisTLSCertificate = Setting(
        "REDIS_TLS_CERT_FILE", .optional(.text("path")), default: .described("none"),
        "PEM file of the client certificate for a rediss:// server")

    let redisTLSKey = Setting(
        "REDIS_TLS_KEY_FILE", .optional(.text("path")), default: .described("none"),
        "PEM file of the private key of the client certificate")

    /// Empty for the sockets passed by systemd, else descriptor 0 if it is a listening socket, else
    /// ``ListenAddress/standard``.
    let listen = Setting(
        "LISTEN", .addresses,
        default: .described(
            "the sockets passed by systemd, else descriptor 0 if it is a listening socket, else \(ListenAddress.standard)"
        ) { _ in [] },
        "addresses on which the front reaches the workers: unix:PATH, HOST:PORT of a loopback address, systemd or fd:0 for FastCGI; the same with http: before it for HTTP, or with http-check: for HTTP that answers every path as the check"
    )

    /// The permission bits of a unix socket.
    let listenMode = Setting(
        "LISTEN_MODE", .fileMode, default: .text("0660"),
        "mode of a unix socket; every user who can write to it can ask about sessions")

    /// Nil for the group of the process.
    let listenGroup = Setting(
        "LISTEN_GROUP", .optional(.group), default: .described("the group of the process"),
        "group of a unix socket, usually that of nginx")

    /// The users that may connect; nil for everyone who can open the socket.
    let listenPeers = Setting(
        "LISTEN_PEER_UIDS", .optional(.users), default: .described("anyone who can open the socket"),
        "users, by name or number, that may connect to a unix socket")

    /// Beside processes of this machine. Empty for none.
    let trustedProxies = Setting(
        "TRUSTED_PROXIES", .networks, default: .described("this machine alone") { _ in [] },
        "addresses and networks of the fronts that may connect over HTTP and whose X-Forwarded headers are believed; connections from elsewhere are closed"
    )

    /// Empty for none.
    let metricsListen = Setting(
        "METRICS_LISTEN", .metricsAddresses, default: .described("none") { _ in [] },
        "addresses on which Prometheus reads /metrics over HTTP: unix:PATH, or HOST:PORT of a loopback address")

    let workers = Setting(
        "WORKERS", .integer(1...256),
        default: .described("the number of cores for this process, at most 2") { min($0.cores, 2) },
        "number of worker processes")

    let sessionLifetime = Setting(
        "SESSION_LIFETIME", .duration(.seconds(1) ... .seconds(400 * 86_400)), default: .text("24h"),
        "lifetime of a session")

    let sessionIdleTimeout = Setting(
        "SESSION_IDLE_TIMEOUT", .orOff(.duration(.seconds(10) ... .seconds(400 * 86_400))), default: .text("off"),
        "time after which an unused session ends; the end may be late by a tenth of it, at most 60s")

    let sessionRememberedLifetime = Setting(
        "SESSION_REMEMBERED_LIFETIME", .orOff(.duration(.seconds(1) ... .seconds(400 * 86_400))), default: .text("off"),
        "lifetime of a session whose login asks to be remembered; the idle timeout does not apply to it")

    let sessionsPerUser = Setting(
        "SESSIONS_PER_USER", .orOff(.integer(1...100_000)), default: .text("1000"),
        "maximum number of sessions per user, beyond which a login ends the oldest; sessions with a label do not count")

    let sessionLastSeen = Setting(
        "SESSION_LAST_SEEN", .toggle, default: .text("on"),
        "record once a minute which sessions were used, for lists of sessions; always done with an idle timeout")

    let sessionCacheEntries = Setting(
        "SESSION_CACHE_ENTRIES", .integer(0...1_000_000), default: .text("50000"),
        "number of sessions that a worker keeps in memory; with 0, every check asks Redis or the database")

    let revocationDelay = Setting(
        "REVOCATION_DELAY", .duration(.milliseconds(100) ... .seconds(60)), default: .text("1s"),
        "time within which a revoked session is refused everywhere, whatever fails; usually at once")

    let staleIfDatabaseDown = Setting(
        "STALE_IF_DATABASE_DOWN", .duration(.zero ... .seconds(86_400)), default: .text("0s"),
        "time beyond AUTHFCGI_REVOCATION_DELAY for which recently used sessions are accepted while the database does not answer, including revoked ones"
    )

    let sessionCleanupInterval = Setting(
        "SESSION_CLEANUP_INTERVAL", .orOff(.duration(.seconds(1) ... .seconds(7 * 86_400))), default: .text("1h"),
        "interval at which one worker of all pods removes expired sessions from the database")

    let cookieName = SignInSettings.cookieName
    let cookieDomain = SignInSettings.cookieDomain
    let cookieIsSecure = SignInSettings.cookieIsSecure
    let redirectOrigins = SignInSettings.redirectOrigins
    let loginURL = SignInSettings.loginURL

    let pageTitle = PageSettings.title
    let pageLogo = PageSettings.logo
    let pageAccent = PageSettings.accent
    let pageText = PageSettings.text
    let pagesFolder = PageSettings.folder

    let hashingThreads = Setting(
        "HASHING_THREADS", .integer(1...256),
        default: .described("half the cores for this process, at least 1") { min(256, max(1, $0.cores / 2)) },
        "number of passwords that a worker hashes at the same time")

    /// In MiB.
    let hashingMemory = Setting(
        "HASHING_MEMORY", .integer(32...65_536), default: .text("256"),
        "memory budget for concurrent hashes per worker, in MiB, counted at the largest hash in use; a hash above the budget runs alone"
    )

    let hashingWait = Setting(
        "HASHING_WAIT", .duration(.zero ... .seconds(60)), default: .text("2s"),
        "longest expected wait of a login before its password is hashed; beyond it the answer is 503 at once")

    let hashingTimeLimit = Setting(
        "HASHING_TIME_LIMIT", .duration(.milliseconds(500) ... .seconds(5)), default: .text("1s"),
        "estimated time of a stored hash on an idle core, beyond which it is refused: failed logins take twice as long as the slowest hash in use"
    )

    /// Nil for USERS_PRESET, or the gate's own users.
    let usersQuery = Setting(
        "USERS_QUERY", .optional(.text("SQL")), default: .described("the gate's own users"),
        "SELECT that finds the user with the sign-in name $1: id, password_hash, and any of username, name, email, groups, disabled"
    )

    /// Nil for USERS_QUERY, or the gate's own users.
    let usersPreset = Setting<UsersPreset?>(
        "USERS_PRESET", .optional(.choice), default: .described("none"),
        "predefined AUTHFCGI_USERS_QUERY for the tables of this product")

    let usersQueryDeadline = Setting(
        "USERS_QUERY_DEADLINE", .duration(.milliseconds(100) ... .seconds(60)), default: .text("2s"),
        "time limit of that query, after which the login is answered 503")

    /// Nil if hashes of other applications' users stay as they are.
    let usersRehash = Setting(
        "USERS_REHASH", .optional(.text("SQL")), default: .described("none"),
        "UPDATE run at a login with an older kind of hash: $1 is the argon2id hash, $2 the id, $3 (optional) the old hash"
    )

    let usersComparisonInterval = Setting(
        "USERS_COMPARISON_INTERVAL", .orOff(.duration(.seconds(10) ... .seconds(7 * 24 * 3600))), default: .text("off"),
        "interval at which that query looks up all signed-in users; removed and disabled users are signed out")

    let usersPepper = Setting(
        "USERS_PEPPER", .optional(.secret("text")), default: .described("none"),
        "Devise's config.pepper, which is appended to each password before bcrypt")

    let allowsLegacyHashes = Setting(
        "LEGACY_HASHES", .toggle, default: .text("on"),
        "accept passwords with hashes that are weak today; off: their users need a new password")

    let passwordMinLength = Setting(
        "PASSWORD_MIN_LENGTH", .integer(PasswordRules.minLengths), default: .text("\(PasswordRules.defaultMinLength)"),
        "least number of characters of a new password of the gate's own users; passwords that are in use stay valid")

    let lookupLimit = Setting(
        "LOOKUP_LIMIT", .integer(1...1_000_000), default: .text("4096"),
        "maximum number of outstanding look-ups per worker, beyond which the answer is 503")

    let shutdownGrace = Setting(
        "SHUTDOWN_GRACE", .duration(.zero ... .seconds(3600)), default: .text("10s"),
        "time that stopping workers have to finish requests in flight")

    let permitsCoreDumps = Setting(
        "CORE_DUMPS", .toggle, default: .text("off"),
        "permit core dumps and debuggers, which show tokens and passwords: for debugging only")

    let logLevel = Setting<Logger.Level>(
        "LOG_LEVEL", .choice, default: .text("info"),
        "lowest level of the lines that are logged")

    let logFormat = Setting<LogFormName>(
        "LOG_FORMAT", .choice, default: .text("text"),
        "form of the lines that are logged: text, or json for one JSON object in each line")

    /// Nil for the user who starts the program.
    let user = Setting<ServiceUser?>(
        "USER", .optional(.serviceUser), default: .described("the user who starts it, who must not be root"),
        "user whose rights the workers have when root starts the program, which then opens the sockets; root: serve as root",
        isReadBare: false)
}

extension SettingTable {
    static let shared = SettingTable()

    /// The entries with the names of their properties, in order.
    static let entries: [(property: String, setting: any AnySetting)] = Mirror(reflecting: shared).children.compactMap {
        guard let property = $0.label, let setting = $0.value as? any AnySetting else { return nil }
        return (property, setting)
    }

    static let all = entries.map(\.setting)
}
