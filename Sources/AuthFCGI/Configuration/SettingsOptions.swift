internal import ArgumentParser

/// The flags of the settings. Their help is the table's, so that the two cannot differ.
struct SettingsOptions: ParsableArguments {
    @Option(name: .customLong("env-file"), help: .init("A file of NAME=VALUE lines.", valueName: "path"))
    var environmentFile: String?

    @Option(name: .of(.databaseSchema), help: .of(.databaseSchema)) var databaseSchema: String?
    @Option(name: .of(.databasePreparedStatements), help: .of(.databasePreparedStatements))
    var databasePreparedStatements: String?
    @Option(name: .of(.databaseQueryDeadline), help: .of(.databaseQueryDeadline)) var databaseQueryDeadline: String?
    @Option(name: .of(.databaseWriteDeadline), help: .of(.databaseWriteDeadline)) var databaseWriteDeadline: String?
    @Option(name: .of(.migrateOnStart), help: .of(.migrateOnStart)) var migrateOnStart: String?
    @Option(name: .of(.redisKeyPrefix), help: .of(.redisKeyPrefix)) var redisKeyPrefix: String?
    @Option(name: .of(.redisDeadline), help: .of(.redisDeadline)) var redisDeadline: String?
    @Option(name: .of(.redisTLSAuthorities), help: .of(.redisTLSAuthorities)) var redisTLSAuthorities: String?
    @Option(name: .of(.redisTLSCertificate), help: .of(.redisTLSCertificate)) var redisTLSCertificate: String?
    @Option(name: .of(.redisTLSKey), help: .of(.redisTLSKey)) var redisTLSKey: String?
    @Option(name: .of(.listen), help: .of(.listen)) var listen: String?
    @Option(name: .of(.listenMode), help: .of(.listenMode)) var listenMode: String?
    @Option(name: .of(.listenGroup), help: .of(.listenGroup)) var listenGroup: String?
    @Option(name: .of(.listenPeerUIDs), help: .of(.listenPeerUIDs)) var listenPeerUIDs: String?
    @Option(name: .of(.workers), help: .of(.workers)) var workers: String?
    @Option(name: .of(.sessionLifetime), help: .of(.sessionLifetime)) var sessionLifetime: String?
    @Option(name: .of(.sessionIdleTimeout), help: .of(.sessionIdleTimeout)) var sessionIdleTimeout: String?
    @Option(name: .of(.sessionRememberedLifetime), help: .of(.sessionRememberedLifetime))
    var sessionRememberedLifetime: String?
    @Option(name: .of(.sessionsPerUser), help: .of(.sessionsPerUser)) var sessionsPerUser: String?
    @Option(name: .of(.sessionLastSeen), help: .of(.sessionLastSeen)) var sessionLastSeen: String?
    @Option(name: .of(.sessionCacheEntries), help: .of(.sessionCacheEntries)) var sessionCacheEntries: String?
    @Option(name: .of(.revocationDelay), help: .of(.revocationDelay)) var revocationDelay: String?
    @Option(name: .of(.staleIfDatabaseDown), help: .of(.staleIfDatabaseDown)) var staleIfDatabaseDown: String?
    @Option(name: .of(.sessionCleanupInterval), help: .of(.sessionCleanupInterval))
    var sessionCleanupInterval: String?
    @Option(name: .of(.cookieName), help: .of(.cookieName)) var cookieName: String?
    @Option(name: .of(.hashingThreads), help: .of(.hashingThreads)) var hashingThreads: String?
    @Option(name: .of(.hashingMemory), help: .of(.hashingMemory)) var hashingMemory: String?
    @Option(name: .of(.hashingWait), help: .of(.hashingWait)) var hashingWait: String?
    @Option(name: .of(.usersQuery), help: .of(.usersQuery)) var usersQuery: String?
    @Option(name: .of(.usersPreset), help: .of(.usersPreset)) var usersPreset: String?
    @Option(name: .of(.usersQueryDeadline), help: .of(.usersQueryDeadline)) var usersQueryDeadline: String?
    @Option(name: .of(.usersRehash), help: .of(.usersRehash)) var usersRehash: String?
    @Option(name: .of(.legacyHashes), help: .of(.legacyHashes)) var legacyHashes: String?
    @Option(name: .of(.lookupLimit), help: .of(.lookupLimit)) var lookupLimit: String?
    @Option(name: .of(.shutdownGrace), help: .of(.shutdownGrace)) var shutdownGrace: String?
    @Option(name: .of(.logLevel), help: .of(.logLevel)) var logLevel: String?

    /// The flags that were given, by the setting's name.
    var flags: [String: String] {
        let given: [(Setting, String?)] = [
            (.databaseSchema, databaseSchema), (.databasePreparedStatements, databasePreparedStatements),
            (.databaseQueryDeadline, databaseQueryDeadline), (.databaseWriteDeadline, databaseWriteDeadline),
            (.migrateOnStart, migrateOnStart), (.redisKeyPrefix, redisKeyPrefix), (.redisDeadline, redisDeadline),
            (.redisTLSAuthorities, redisTLSAuthorities), (.redisTLSCertificate, redisTLSCertificate),
            (.redisTLSKey, redisTLSKey), (.listen, listen), (.listenMode, listenMode),
            (.listenGroup, listenGroup), (.listenPeerUIDs, listenPeerUIDs), (.workers, workers),
            (.sessionLifetime, sessionLifetime), (.sessionIdleTimeout, sessionIdleTimeout),
            (.sessionRememberedLifetime, sessionRememberedLifetime), (.sessionsPerUser, sessionsPerUser),
            (.sessionLastSeen, sessionLastSeen), (.sessionCacheEntries, sessionCacheEntries),
            (.revocationDelay, revocationDelay), (.sessionCleanupInterval, sessionCleanupInterval),
            (.staleIfDatabaseDown, staleIfDatabaseDown), (.cookieName, cookieName), (.hashingThreads, hashingThreads),
            (.hashingMemory, hashingMemory), (.hashingWait, hashingWait), (.usersQuery, usersQuery),
            (.usersPreset, usersPreset), (.usersQueryDeadline, usersQueryDeadline), (.usersRehash, usersRehash),
            (.legacyHashes, legacyHashes), (.lookupLimit, lookupLimit),
            (.shutdownGrace, shutdownGrace), (.logLevel, logLevel),
        ]
        return Dictionary(uniqueKeysWithValues: given.compactMap { setting, text in text.map { (setting.name, $0) } })
    }
}

extension NameSpecification {
    /// The flag of `setting`.
    fileprivate static func of(_ setting: Setting) -> NameSpecification {
        guard let flag = setting.flag else { preconditionFailure("\(setting.name) has no flag") }
        return .customLong(flag)
    }
}

extension ArgumentHelp {
    /// What the table says about `setting`.
    fileprivate static func of(_ setting: Setting) -> ArgumentHelp {
        ArgumentHelp(.init(stringLiteral: setting.help), valueName: setting.shownType)
    }
}
