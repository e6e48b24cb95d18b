internal import EventLoop

extension SessionStore {
    /// How sessions live and where.
    public struct Configuration: Sendable {
        /// Where the sessions are recorded.
        public var postgreSQL: PostgreSQLConfiguration
        /// How users are found who sign in with a password; nil: the gate's own are.
        public var usersQuery: UsersQuery?
        /// What is asked before PostgreSQL; nil: nothing.
        public var redis: RedisConfiguration?
        /// How long a session lives from its login.
        public var lifetime: Duration
        /// How long a session lives without being used; nil: until its lifetime is over.
        public var idleTimeout: Duration?
        /// How long the session of somebody lives who asked to be remembered, without an idle timeout; nil: as any
        /// other.
        public var rememberedLifetime: Duration?
        /// Whether it is written down when sessions were last used, for their list, also when no idle timeout needs it.
        public var recordsLastSeen: Bool
        /// How many sessions of a user may live at once after a login; nil: any number.
        public var sessionsPerUser: Int?
        /// How many sessions this process keeps in memory; 0: none, and every check asks PostgreSQL.
        public var cachedSessions: Int
        /// Within which time a revocation counts everywhere, whatever fails. At least four round trips to PostgreSQL.
        public var revocationDelay: Duration
        /// How much longer than `revocationDelay` a session is accepted on what was known of it while PostgreSQL does
        /// not answer. Zero keeps the promise that nobody is let in whom PostgreSQL might refuse.
        public var staleIfDatabaseDown: Duration
        /// How often expired sessions are removed, by one process of all; nil: not by this one.
        public var cleanupInterval: Duration?

        /// A configuration; everything but PostgreSQL has a default.
        public init(
            postgreSQL: PostgreSQLConfiguration, usersQuery: UsersQuery? = nil, redis: RedisConfiguration? = nil,
            lifetime: Duration = .seconds(24 * 3600), idleTimeout: Duration? = nil, rememberedLifetime: Duration? = nil,
            recordsLastSeen: Bool = true, sessionsPerUser: Int? = nil, cachedSessions: Int = 50_000,
            revocationDelay: Duration = .seconds(1), staleIfDatabaseDown: Duration = .zero,
            cleanupInterval: Duration? = .seconds(3600)
        ) {
            self.postgreSQL = postgreSQL
            self.usersQuery = usersQuery
            self.redis = redis
            self.lifetime = lifetime
            self.idleTimeout = idleTimeout
            self.rememberedLifetime = rememberedLifetime
            self.recordsLastSeen = recordsLastSeen
            self.sessionsPerUser = sessionsPerUser
            self.cachedSessions = cachedSessions
            self.revocationDelay = revocationDelay
            self.staleIfDatabaseDown = staleIfDatabaseDown
            self.cleanupInterval = cleanupInterval
        }
    }
}

extension Migrations {
    /// nil when the configuration leaves them to somebody else.
    init?(_ configuration: SessionStore.Configuration) {
        guard configuration.postgreSQL.migrates else { return nil }
        self.init(
            schema: configuration.postgreSQL.schema, lifetime: configuration.lifetime,
            rememberedLifetime: configuration.rememberedLifetime)
    }
}
