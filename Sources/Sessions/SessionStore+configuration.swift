internal import EventLoop

extension SessionStore {
    /// The stores of sessions, their lifetimes and limits.
    public struct Configuration: Sendable {
        /// The database that records the sessions.
        public var postgreSQL: PostgreSQLConfiguration
        /// The query that finds users at a login; nil for the gate's own users.
        public var usersQuery: UsersQuery?
        /// The Redis servers that checks query before PostgreSQL; nil for none.
        public var redis: RedisConfiguration?
        /// The absolute timeout of a session, from its login.
        public var lifetime: Duration
        /// The idle timeout of a session; nil for none.
        public var idleTimeout: Duration?
        /// The lifetime of sessions whose user asked to be remembered, which have no idle timeout; nil to treat them as
        /// all others.
        public var rememberedLifetime: Duration?
        /// Whether the time of the last use is recorded, for lists of sessions, even without an idle timeout.
        public var recordsLastSeen: Bool
        /// The maximum number of live sessions of a user. A login over it ends the oldest. Nil for the database's maximum,
        /// `session_limits.maximum_sessions`, alone.
        public var sessionsPerUser: Int?
        /// The maximum number of sessions in this process's memory; 0 for none, so that every check queries a store.
        public var cachedSessions: Int
        /// The time within which a revocation takes effect everywhere, whatever fails. At least four round trips to
        /// PostgreSQL.
        public var revocationDelay: Duration
        /// The time beyond `revocationDelay` for which known sessions are accepted while PostgreSQL is unreachable,
        /// including any revoked meanwhile. Zero refuses to answer instead.
        public var staleIfDatabaseDown: Duration
        /// The interval at which one process of all removes expired sessions; nil if this process does not take part.
        public var cleanupInterval: Duration?

        /// Creates a configuration.
        ///
        /// - Parameters:
        ///   - postgreSQL: The database that records the sessions.
        ///   - usersQuery: The query that finds users at a login; nil for the gate's own users.
        ///   - redis: The Redis servers that checks query before PostgreSQL; nil for none.
        ///   - lifetime: The absolute timeout of a session.
        ///   - idleTimeout: The idle timeout of a session; nil for none.
        ///   - rememberedLifetime: The lifetime of sessions whose user asked to be remembered.
        ///   - recordsLastSeen: Whether the time of the last use is recorded even without an idle timeout.
        ///   - sessionsPerUser: The maximum number of live sessions of a user; nil for the database's maximum alone.
        ///   - cachedSessions: The maximum number of sessions in this process's memory.
        ///   - revocationDelay: The time within which a revocation takes effect everywhere.
        ///   - staleIfDatabaseDown: The time beyond `revocationDelay` for which known sessions are accepted while
        ///     PostgreSQL is unreachable.
        ///   - cleanupInterval: The interval at which expired sessions are removed; nil for never.
        public init(
            postgreSQL: PostgreSQLConfiguration, usersQuery: UsersQuery? = nil, redis: RedisConfiguration? = nil,
            lifetime: Duration = .seconds(24 * 3600), idleTimeout: Duration? = nil, rememberedLifetime: Duration? = nil,
            recordsLastSeen: Bool = true, sessionsPerUser: Int? = 1000, cachedSessions: Int = 50_000,
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
    /// Creates the migrations to apply at start, or only to check if the configuration does not migrate.
    init(_ configuration: SessionStore.Configuration) {
        self.init(
            schema: configuration.postgreSQL.schema, lifetime: configuration.lifetime,
            rememberedLifetime: configuration.rememberedLifetime, applies: configuration.postgreSQL.migrates,
            isResumed: configuration.postgreSQL.isResumed)
    }
}
