internal import ArgumentParser

/// The flags of the settings. Their help texts are taken from the table, so that the two cannot differ.
struct SettingsOptions: ParsableArguments {
    @Option(name: .customLong("env-file"), help: .init("A file of NAME=VALUE lines.", valueName: "path"))
    var environmentFile: String?

    @Option(\.databaseSchema) var databaseSchema: String?
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
    @Option(\.lookupLimit) var lookupLimit: String?
    @Option(\.shutdownGrace) var shutdownGrace: String?
    @Option(\.permitsCoreDumps) var permitsCoreDumps: String?
    @Option(\.logLevel) var logLevel: String?

    /// The flags that were given, by the setting's name.
    var flags: [String: String] {
        // The storage of a property wrapper has the property's name after an underscore.
        let given = Dictionary(
            uniqueKeysWithValues: Mirror(reflecting: self).children.compactMap { child in
                child.label.map { ($0, (child.value as? Option<String?>)?.wrappedValue) }
            })
        return Dictionary(
            uniqueKeysWithValues: SettingTable.entries.compactMap { entry in
                (given["_" + entry.property] ?? nil).map { (entry.setting.name, $0) }
            })
    }
}

extension Option where Value == String? {
    /// The flag of a setting, with its help from the table.
    fileprivate init<T>(_ path: KeyPath<SettingTable, Setting<T>>) {
        let setting = SettingTable.shared[keyPath: path]
        guard let flag = setting.flag else { preconditionFailure("\(setting.name) has no flag") }
        self.init(
            name: .customLong(flag),
            help: ArgumentHelp(.init(stringLiteral: setting.help), valueName: setting.shownType))
    }
}
