internal import Sessions

extension SessionStore.Configuration {
    /// What the settings say about sessions and their store.
    init(_ settings: Settings) {
        self.init(
            postgreSQL: PostgreSQLConfiguration(
                url: settings.databaseURL.reveal(), schema: settings.databaseSchema,
                usesPreparedStatements: settings.preparesStatements, lookUpDeadline: settings.databaseQueryDeadline,
                writeDeadline: settings.databaseWriteDeadline, lookUpLimit: settings.lookupLimit,
                migrates: settings.migrateOnStart),
            lifetime: settings.sessionLifetime, idleTimeout: settings.sessionIdleTimeout,
            rememberedLifetime: settings.sessionRememberedLifetime, recordsLastSeen: settings.sessionLastSeen,
            sessionsPerUser: settings.sessionsPerUser, cachedSessions: settings.sessionCacheEntries,
            revocationDelay: settings.revocationDelay, cleanupInterval: settings.sessionCleanupInterval)
    }
}
