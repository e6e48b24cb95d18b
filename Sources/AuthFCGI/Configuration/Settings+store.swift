internal import Sessions

extension SessionStore.Configuration {
    /// The configuration of sessions and their stores, from the settings.
    /// - Parameter applicationName: The beginning of the connections' names in `pg_stat_activity`.
    init(_ settings: Settings, applicationName: String) throws(RedisTLS.Problem) {
        let redis = try RedisConfiguration(settings)
        self.init(settings, applicationName: applicationName, redis: redis)
    }

    init(_ settings: Settings, applicationName: String, redis: RedisConfiguration?) {
        self.init(
            postgreSQL: PostgreSQLConfiguration(
                url: settings.databaseURL, schema: settings.databaseSchema,
                usesPreparedStatements: settings.preparesStatements, lookUpDeadline: settings.databaseQueryDeadline,
                writeDeadline: settings.databaseWriteDeadline, lookUpLimit: settings.lookupLimit,
                migrates: settings.migrateOnStart, applicationName: applicationName, names: .settings),
            usersQuery: UsersQuery(settings), redis: redis,
            lifetime: settings.sessionLifetime,
            idleTimeout: settings.sessionIdleTimeout, rememberedLifetime: settings.sessionRememberedLifetime,
            recordsLastSeen: settings.sessionLastSeen, sessionsPerUser: settings.sessionsPerUser,
            cachedSessions: settings.sessionCacheEntries, revocationDelay: settings.revocationDelay,
            staleIfDatabaseDown: settings.staleIfDatabaseDown, cleanupInterval: settings.sessionCleanupInterval)
        postgreSQL.logsChanges = true
    }
}

extension RedisConfiguration {
    /// Returns nil without REDIS_URL.
    init?(_ settings: Settings) throws(RedisTLS.Problem) {
        let usesTLS = settings.redisLocation?.usesTLS ?? false
        self.init(settings, tls: usesTLS ? try RedisTLS(settings) : nil)
    }

    /// Returns nil without REDIS_URL.
    init?(_ settings: Settings, tls: RedisTLS?) {
        guard let location = settings.redisLocation else { return nil }
        self.init(
            location: location, keyPrefix: settings.redisKeyPrefix, deadline: settings.redisDeadline,
            sealSecret: settings.redisSealSecret, tls: tls)
    }
}

extension RedisTLS {
    init(_ settings: Settings) throws(Problem) {
        try self.init(
            authorities: settings.redisTLSAuthorities, certificate: settings.redisTLSCertificate,
            key: settings.redisTLSKey)
    }
}
