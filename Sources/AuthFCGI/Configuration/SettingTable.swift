internal import Sessions

extension Setting {
    /// Every setting, in the order in which people should read about them.
    static let all: [Setting] = [
        databaseURL, databaseSchema, databasePreparedStatements, databaseQueryDeadline, databaseWriteDeadline,
        migrateOnStart, redisURL, redisKeyPrefix, redisDeadline, redisTLSAuthorities, redisTLSCertificate,
        redisTLSKey, listen, listenMode, listenGroup, listenPeerUIDs, workers, sessionLifetime,
        sessionIdleTimeout, sessionRememberedLifetime, sessionsPerUser, sessionLastSeen, sessionCacheEntries,
        revocationDelay, staleIfDatabaseDown, sessionCleanupInterval, cookieName, hashingThreads, hashingMemory,
        hashingWait, usersQuery, usersPreset, usersQueryDeadline, usersRehash, usersComparisonInterval, usersPepper,
        legacyHashes, lookupLimit, shutdownGrace, logLevel,
    ]

    static let databaseURL = Setting(
        name: "DATABASE_URL", kind: .secret("postgresql://… or key=value pairs"), fallback: .required,
        meaning: "the PostgreSQL database that keeps sessions and users")

    static let databaseSchema = Setting(
        name: "DATABASE_SCHEMA", kind: .text("name"), fallback: .described("the connection's search_path"),
        meaning: "the schema that holds the tables")

    static let databasePreparedStatements = Setting(
        name: "DATABASE_PREPARED_STATEMENTS", kind: .toggle, fallback: .value("on"),
        meaning:
            "prepare statements once a connection; off says that there is a pooler in between, where the gate notices none"
    )

    static let databaseQueryDeadline = Setting(
        name: "DATABASE_QUERY_DEADLINE", kind: .duration(.milliseconds(10) ... .milliseconds(999)),
        fallback: .value("700ms"),
        meaning: "how long the look-up of a check may take before the answer is 503; less than REVOCATION_DELAY")

    static let databaseWriteDeadline = Setting(
        name: "DATABASE_WRITE_DEADLINE", kind: .duration(.milliseconds(100) ... .seconds(60)), fallback: .value("5s"),
        meaning: "how long a login, a logout or a change may take in the database")

    static let migrateOnStart = Setting(
        name: "MIGRATE_ON_START", kind: .toggle, fallback: .value("on"),
        meaning: "bring the tables up to date when the program starts")

    static let redisURL = Setting(
        name: "REDIS_URL", kind: .secret("redis://…, rediss://… or unix://…"), fallback: .described("none"),
        meaning: "the Redis that checks ask before the database; without it the database alone is asked")

    static let redisKeyPrefix = Setting(
        name: "REDIS_KEY_PREFIX", kind: .text("text"), fallback: .value("authfcgi:"),
        meaning: "what the keys in Redis begin with, so that several installations can share one")

    static let redisDeadline = Setting(
        name: "REDIS_DEADLINE", kind: .duration(.milliseconds(1) ... .milliseconds(500)), fallback: .value("50ms"),
        meaning: "how long Redis may take to answer before the database is asked")

    static let redisTLSAuthorities = Setting(
        name: "REDIS_TLS_CA_FILE", kind: .text("path"), fallback: .described("the system's authorities"),
        meaning: "a PEM file with the authorities that the certificate of a rediss:// server must come from")

    static let redisTLSCertificate = Setting(
        name: "REDIS_TLS_CERT_FILE", kind: .text("path"), fallback: .described("none"),
        meaning: "a PEM file with the certificate that is shown to a rediss:// server")

    static let redisTLSKey = Setting(
        name: "REDIS_TLS_KEY_FILE", kind: .text("path"), fallback: .described("none"),
        meaning: "a PEM file with the key of that certificate")

    static let listen = Setting(
        name: "LISTEN", kind: .text("address,…"),
        fallback: .described(
            "the sockets that systemd passed, else descriptor 0 if it listens, else \(ListenAddress.standard)"),
        meaning: "where nginx reaches the workers: unix:PATH, HOST:PORT of a loopback address, systemd or fd:0")

    static let listenMode = Setting(
        name: "LISTEN_MODE", kind: .text("octal mode"), fallback: .value("0660"),
        meaning: "the mode of a unix socket: who may write to it may ask about sessions")

    static let listenGroup = Setting(
        name: "LISTEN_GROUP", kind: .text("name or number"), fallback: .described("the group of the process"),
        meaning: "the group of a unix socket, usually that of nginx")

    static let listenPeerUIDs = Setting(
        name: "LISTEN_PEER_UIDS", kind: .text("user,…"), fallback: .described("anyone who can open the socket"),
        meaning: "the users, by name or number, that may connect to a unix socket")

    static let workers = Setting(
        name: "WORKERS", kind: .integer(1...256),
        fallback: .described("the number of cores for this process, at most 2"),
        meaning: "how many worker processes serve")

    static let sessionLifetime = Setting(
        name: "SESSION_LIFETIME", kind: .duration(.seconds(1) ... .seconds(400 * 86_400)), fallback: .value("24h"),
        meaning: "how long a session lasts")

    static let sessionIdleTimeout = Setting(
        name: "SESSION_IDLE_TIMEOUT", kind: .optionalDuration(.seconds(10) ... .seconds(400 * 86_400)),
        fallback: .value("off"),
        meaning: "how long a session lasts without being used; it ends up to a tenth of that later, at most 60s")

    static let sessionRememberedLifetime = Setting(
        name: "SESSION_REMEMBERED_LIFETIME", kind: .optionalDuration(.seconds(1) ... .seconds(400 * 86_400)),
        fallback: .value("off"),
        meaning: "how long a session lasts, used or not, when the login asks to be remembered")

    static let sessionsPerUser = Setting(
        name: "SESSIONS_PER_USER", kind: .optionalInteger(1...100_000), fallback: .value("off"),
        meaning: "how many sessions a user may have: one login more ends the oldest; those with a label do not count")

    static let sessionLastSeen = Setting(
        name: "SESSION_LAST_SEEN", kind: .toggle, fallback: .value("on"),
        meaning: "write down once a minute which sessions were used, for their list; an idle timeout does so anyway")

    static let sessionCacheEntries = Setting(
        name: "SESSION_CACHE_ENTRIES", kind: .integer(0...1_000_000), fallback: .value("50000"),
        meaning: "how many sessions a worker keeps in memory; 0: none, every check asks Redis or the database")

    static let revocationDelay = Setting(
        name: "REVOCATION_DELAY", kind: .duration(.milliseconds(100) ... .seconds(60)), fallback: .value("1s"),
        meaning:
            "within which time a session that was ended is refused everywhere, whatever fails; usually it is at once")

    static let staleIfDatabaseDown = Setting(
        name: "STALE_IF_DATABASE_DOWN", kind: .duration(.zero ... .seconds(86_400)), fallback: .value("0s"),
        meaning:
            "how much longer than REVOCATION_DELAY sessions that were used lately are accepted while the database does not answer, revoked ones too"
    )

    static let sessionCleanupInterval = Setting(
        name: "SESSION_CLEANUP_INTERVAL", kind: .optionalDuration(.seconds(1) ... .seconds(7 * 86_400)),
        fallback: .value("1h"),
        meaning: "how often one worker of all pods removes expired sessions from the database")

    static let cookieName = Setting(
        name: "COOKIE_NAME", kind: .text("name"), fallback: .value("__Host-session"),
        meaning: "the name of the session's cookie")

    static let hashingThreads = Setting(
        name: "HASHING_THREADS", kind: .integer(1...256),
        fallback: .described("half the cores for this process, at least 1"),
        meaning: "how many passwords a worker hashes at once")

    static let hashingMemory = Setting(
        name: "HASHING_MEMORY", kind: .integer(32...65_536), fallback: .value("256"),
        meaning:
            "how many MiB a worker's hashes may take together, were all like the largest in use; one that needs more is computed alone"
    )

    static let hashingWait = Setting(
        name: "HASHING_WAIT", kind: .duration(.zero ... .seconds(60)), fallback: .value("2s"),
        meaning:
            "how long a login may have to wait for its turn to be hashed; if it were longer the answer is 503 at once")

    static let usersQuery = Setting(
        name: "USERS_QUERY", kind: .text("SQL"), fallback: .described("the gate's own users"),
        meaning:
            "a SELECT that finds who signs in with the name $1: id, password_hash, and any of username, name, email, groups, disabled"
    )

    static let usersPreset = Setting(
        name: "USERS_PRESET", kind: .choice(UsersPreset.allCases.map(\.rawValue)), fallback: .described("none"),
        meaning: "a ready USERS_QUERY for the tables of this product")

    static let usersQueryDeadline = Setting(
        name: "USERS_QUERY_DEADLINE", kind: .duration(.milliseconds(100) ... .seconds(60)), fallback: .value("2s"),
        meaning: "how long that query may take before the login is answered 503")

    static let usersRehash = Setting(
        name: "USERS_REHASH", kind: .text("SQL"), fallback: .described("none"),
        meaning:
            "an UPDATE that a login with an older kind of hash runs: $1 the argon2id hash, $2 the id, $3 the old hash if it is named"
    )

    static let usersComparisonInterval = Setting(
        name: "USERS_COMPARISON_INTERVAL", kind: .optionalDuration(.seconds(10) ... .seconds(7 * 24 * 3600)),
        fallback: .value("off"),
        meaning: "how often those who are signed in are looked for by that query; who is gone or disabled is signed out"
    )

    static let usersPepper = Setting(
        name: "USERS_PEPPER", kind: .secret("text"), fallback: .described("none"),
        meaning: "Devise's config.pepper, which is part of each password before bcrypt")

    static let legacyHashes = Setting(
        name: "LEGACY_HASHES", kind: .toggle, fallback: .value("on"),
        meaning: "let users sign in whose password is hashed in a way that is weak today; off: they need a new password"
    )

    static let lookupLimit = Setting(
        name: "LOOKUP_LIMIT", kind: .integer(1...1_000_000), fallback: .value("4096"),
        meaning: "how many look-ups of a worker may be outstanding before the answer is 503")

    static let shutdownGrace = Setting(
        name: "SHUTDOWN_GRACE", kind: .duration(.zero ... .seconds(3600)), fallback: .value("10s"),
        meaning: "how long workers that are told to stop may finish what they have begun")

    static let logLevel = Setting(
        name: "LOG_LEVEL", kind: .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
        fallback: .value("info"), meaning: "the least important lines that are logged")
}
