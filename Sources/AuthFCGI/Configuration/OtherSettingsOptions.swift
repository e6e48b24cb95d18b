internal import ArgumentParser

/// The flags of the settings that are not in ``DatabaseOptions``. Their help texts are taken from the table, so that the
/// two cannot differ.
struct OtherSettingsOptions: ParsableArguments {
    @Option(\.preparesStatements) var preparesStatements: String?
    @Option(\.databaseQueryDeadline) var databaseQueryDeadline: String?
    @Option(\.databaseWriteDeadline) var databaseWriteDeadline: String?
    @Option(\.migrateOnStart) var migrateOnStart: String?
    @Option(\.redisKeyPrefix) var redisKeyPrefix: String?
    @Option(\.redisDeadline) var redisDeadline: String?
    @Option(\.redisTLSAuthorities) var redisTLSAuthorities: String?
    @Option(\.redisTLSCertificate) var redisTLSCertificate: String?
    @Option(\.redisTLSKey) var redisTLSKey: String?
    @Option(\.listen) var listen: String?
    @Option(\.listenMode) var listenMode: String?
    @Option(\.listenGroup) var listenGroup: String?
    @Option(\.listenPeers) var listenPeers: String?
    @Option(\.workers) var workers: String?
    @Option(\.sessionLifetime) var sessionLifetime: String?
    @Option(\.sessionIdleTimeout) var sessionIdleTimeout: String?
    @Option(\.sessionRememberedLifetime) var sessionRememberedLifetime: String?
    @Option(\.sessionsPerUser) var sessionsPerUser: String?
    @Option(\.sessionLastSeen) var sessionLastSeen: String?
    @Option(\.sessionCacheEntries) var sessionCacheEntries: String?
    @Option(\.revocationDelay) var revocationDelay: String?
    @Option(\.staleIfDatabaseDown) var staleIfDatabaseDown: String?
    @Option(\.sessionCleanupInterval) var sessionCleanupInterval: String?
    @Option(\.cookieName) var cookieName: String?
    @Option(\.hashingThreads) var hashingThreads: String?
    @Option(\.hashingMemory) var hashingMemory: String?
    @Option(\.hashingWait) var hashingWait: String?
    @Option(\.hashingTimeLimit) var hashingTimeLimit: String?
    @Option(\.usersQuery) var usersQuery: String?
    @Option(\.usersPreset) var usersPreset: String?
    @Option(\.usersQueryDeadline) var usersQueryDeadline: String?
    @Option(\.usersRehash) var usersRehash: String?
    @Option(\.usersComparisonInterval) var usersComparisonInterval: String?
    @Option(\.allowsLegacyHashes) var allowsLegacyHashes: String?
    @Option(\.passwordMinLength) var passwordMinLength: String?
    @Option(\.lookupLimit) var lookupLimit: String?
    @Option(\.shutdownGrace) var shutdownGrace: String?
    @Option(\.permitsCoreDumps) var permitsCoreDumps: String?
    @Option(\.logLevel) var logLevel: String?
}
