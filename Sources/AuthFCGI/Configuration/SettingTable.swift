internal import Logging
internal import Sessions

/// Every setting, in the order in which people should read about them. A new setting is an entry here, and a flag in
/// ``SettingsOptions`` if it is no secret.
struct SettingTable: Sendable {
    /// A URL that begins with `postgresql://`, or key=value pairs; libpq takes both.
    let databaseURL = Setting(
        "DATABASE_URL", .databaseURL, default: .required(DatabaseURL.form),
        "the PostgreSQL database that keeps sessions and users")

    /// nil: whatever the connection's search_path finds.
    let databaseSchema = Setting(
        "DATABASE_SCHEMA", .optional(.schemaName), default: .described("the connection's search_path"),
        "the schema that holds the tables")

    let preparesStatements = Setting(
        "DATABASE_PREPARED_STATEMENTS", .toggle, default: .text("on"),
        "prepare statements once a connection; off says that there is a pooler in between, where the gate notices none")

    let databaseQueryDeadline = Setting(
        "DATABASE_QUERY_DEADLINE", .duration(.milliseconds(10) ... .milliseconds(999)), default: .text("700ms"),
        "how long the look-up of a check may take before the answer is 503; less than REVOCATION_DELAY")

    let databaseWriteDeadline = Setting(
        "DATABASE_WRITE_DEADLINE", .duration(.milliseconds(100) ... .seconds(60)), default: .text("5s"),
        "how long a login, a logout or a change may take in the database")

    let migrateOnStart = Setting(
        "MIGRATE_ON_START", .toggle, default: .text("on"),
        "bring the tables up to date when the program starts")

    /// nil: PostgreSQL alone.
    let redisURL = Setting(
        "REDIS_URL", .optional(.redisURL), default: .described("none"),
        "the Redis that checks ask before the database; without it the database alone is asked")

    let redisKeyPrefix = Setting(
        "REDIS_KEY_PREFIX", .redisKeyPrefix, default: .text("authfcgi:"),
        "what the keys in Redis begin with, so that several installations can share one")

    let redisDeadline = Setting(
        "REDIS_DEADLINE", .duration(.milliseconds(1) ... .milliseconds(500)), default: .text("50ms"),
        "how long Redis may take to answer before the database is asked")

    let redisTLSAuthorities = Setting(
        "REDIS_TLS_CA_FILE", .optional(.text("path")), default: .described("the system's authorities"),
        "a PEM file with the authorities that the certificate of a rediss:// server must come from")

    let redisTLSCertificate = Setting(
        "REDIS_TLS_CERT_FILE", .optional(.text("path")), default: .described("none"),
        "a PEM file with the certificate that is shown to a rediss:// server")

    let redisTLSKey = Setting(
        "REDIS_TLS_KEY_FILE", .optional(.text("path")), default: .described("none"),
        "a PEM file with the key of that certificate")

    /// Empty: the sockets that systemd passed, else descriptor 0 if it listens, else ``ListenAddress/standard``.
    let listen = Setting(
        "LISTEN", .addresses,
        default: .described(
            "the sockets that systemd passed, else descriptor 0 if it listens, else \(ListenAddress.standard)"
        ) { _ in [] },
        "where nginx reaches the workers: unix:PATH, HOST:PORT of a loopback address, systemd or fd:0")

    /// The permission bits of a unix socket.
    let listenMode = Setting(
        "LISTEN_MODE", .fileMode, default: .text("0660"),
        "the mode of a unix socket: who may write to it may ask about sessions")

    /// nil: the group of the process.
    let listenGroup = Setting(
        "LISTEN_GROUP", .optional(.group), default: .described("the group of the process"),
        "the group of a unix socket, usually that of nginx")

    /// The users that may connect; nil: anyone who can open the socket.
    let listenPeers = Setting(
        "LISTEN_PEER_UIDS", .optional(.users), default: .described("anyone who can open the socket"),
        "the users, by name or number, that may connect to a unix socket")

    let workers = Setting(
        "WORKERS", .integer(1...256),
        default: .described("the number of cores for this process, at most 2") { min($0.cores, 2) },
        "how many worker processes serve")

    let sessionLifetime = Setting(
        "SESSION_LIFETIME", .duration(.seconds(1) ... .seconds(400 * 86_400)), default: .text("24h"),
        "how long a session lasts")

    let sessionIdleTimeout = Setting(
        "SESSION_IDLE_TIMEOUT", .orOff(.duration(.seconds(10) ... .seconds(400 * 86_400))), default: .text("off"),
        "how long a session lasts without being used; it ends up to a tenth of that later, at most 60s")

    let sessionRememberedLifetime = Setting(
        "SESSION_REMEMBERED_LIFETIME", .orOff(.duration(.seconds(1) ... .seconds(400 * 86_400))), default: .text("off"),
        "how long a session lasts, used or not, when the login asks to be remembered")

    let sessionsPerUser = Setting(
        "SESSIONS_PER_USER", .orOff(.integer(1...100_000)), default: .text("off"),
        "how many sessions a user may have: one login more ends the oldest; those with a label do not count")

    let sessionLastSeen = Setting(
        "SESSION_LAST_SEEN", .toggle, default: .text("on"),
        "write down once a minute which sessions were used, for their list; an idle timeout does so anyway")

    let sessionCacheEntries = Setting(
        "SESSION_CACHE_ENTRIES", .integer(0...1_000_000), default: .text("50000"),
        "how many sessions a worker keeps in memory; 0: none, every check asks Redis or the database")

    let revocationDelay = Setting(
        "REVOCATION_DELAY", .duration(.milliseconds(100) ... .seconds(60)), default: .text("1s"),
        "within which time a session that was ended is refused everywhere, whatever fails; usually it is at once")

    let staleIfDatabaseDown = Setting(
        "STALE_IF_DATABASE_DOWN", .duration(.zero ... .seconds(86_400)), default: .text("0s"),
        "how much longer than REVOCATION_DELAY sessions that were used lately are accepted while the database does not answer, revoked ones too"
    )

    let sessionCleanupInterval = Setting(
        "SESSION_CLEANUP_INTERVAL", .orOff(.duration(.seconds(1) ... .seconds(7 * 86_400))), default: .text("1h"),
        "how often one worker of all pods removes expired sessions from the database")

    let cookieName = Setting(
        "COOKIE_NAME", .cookieName, default: .text("__Host-session"),
        "the name of the session's cookie")

    let hashingThreads = Setting(
        "HASHING_THREADS", .integer(1...256),
        default: .described("half the cores for this process, at least 1") { min(256, max(1, $0.cores / 2)) },
        "how many passwords a worker hashes at once")

    /// In MiB.
    let hashingMemory = Setting(
        "HASHING_MEMORY", .integer(32...65_536), default: .text("256"),
        "how many MiB a worker's hashes may take together, were all like the largest in use; one that needs more is computed alone"
    )

    let hashingWait = Setting(
        "HASHING_WAIT", .duration(.zero ... .seconds(60)), default: .text("2s"),
        "how long a login may have to wait for its turn to be hashed; if it were longer the answer is 503 at once")

    /// nil: a preset, or the gate's own users.
    let usersQuery = Setting(
        "USERS_QUERY", .optional(.text("SQL")), default: .described("the gate's own users"),
        "a SELECT that finds who signs in with the name $1: id, password_hash, and any of username, name, email, groups, disabled"
    )

    /// nil: a query, or the gate's own users.
    let usersPreset = Setting<UsersPreset?>(
        "USERS_PRESET", .optional(.choice), default: .described("none"),
        "a ready USERS_QUERY for the tables of this product")

    let usersQueryDeadline = Setting(
        "USERS_QUERY_DEADLINE", .duration(.milliseconds(100) ... .seconds(60)), default: .text("2s"),
        "how long that query may take before the login is answered 503")

    /// nil: hashes of other programs' users stay as they are.
    let usersRehash = Setting(
        "USERS_REHASH", .optional(.text("SQL")), default: .described("none"),
        "an UPDATE that a login with an older kind of hash runs: $1 the argon2id hash, $2 the id, $3 the old hash if it is named"
    )

    let usersComparisonInterval = Setting(
        "USERS_COMPARISON_INTERVAL", .orOff(.duration(.seconds(10) ... .seconds(7 * 24 * 3600))), default: .text("off"),
        "how often those who are signed in are looked for by that query; who is gone or disabled is signed out")

    let usersPepper = Setting(
        "USERS_PEPPER", .optional(.secret("text")), default: .described("none"),
        "Devise's config.pepper, which is part of each password before bcrypt")

    let allowsLegacyHashes = Setting(
        "LEGACY_HASHES", .toggle, default: .text("on"),
        "let users sign in whose password is hashed in a way that is weak today; off: they need a new password")

    let lookupLimit = Setting(
        "LOOKUP_LIMIT", .integer(1...1_000_000), default: .text("4096"),
        "how many look-ups of a worker may be outstanding before the answer is 503")

    let shutdownGrace = Setting(
        "SHUTDOWN_GRACE", .duration(.zero ... .seconds(3600)), default: .text("10s"),
        "how long workers that are told to stop may finish what they have begun")

    let logLevel = Setting<Logger.Level>(
        "LOG_LEVEL", .choice, default: .text("info"),
        "the least important lines that are logged")
}

extension SettingTable {
    static let shared = SettingTable()

    /// The entries by the names of their properties, in order.
    static let entries: [(property: String, setting: any AnySetting)] = Mirror(reflecting: shared).children.compactMap {
        guard let property = $0.label, let setting = $0.value as? any AnySetting else { return nil }
        return (property, setting)
    }

    static let all = entries.map(\.setting)
}
