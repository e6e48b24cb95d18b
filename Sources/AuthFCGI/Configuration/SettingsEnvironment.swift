internal import Logging
internal import Sessions

extension Settings {
    /// The settings as an environment from which the same settings can be read again: what a worker gets. So no secret
    /// stands in a command line, and no worker reads a file or asks for a user's number.
    func environment() -> [String: String] {
        var values: [String: String] = [:]
        for setting in Setting.all { values[setting.name] = text(of: setting) }
        return values
    }

    /// Every setting with its value as it may be shown: secrets as ``Secret/shown``, what was left to the start by the
    /// table's words.
    func shown() -> [(setting: Setting, value: String)] {
        Setting.all.map { setting in
            let text = text(of: setting)
            return (setting, setting.isSecret && text != nil ? Secret.shown : text ?? setting.shownDefault)
        }
    }

    /// The value as its setting writes it; nil when it was left to the start.
    private func text(of setting: Setting) -> String? {
        switch setting {
        case .databaseURL: databaseURL.reveal()
        case .databaseSchema: databaseSchema
        case .databasePreparedStatements: preparesStatements ? "on" : "off"
        case .databaseQueryDeadline: "\(DurationText(databaseQueryDeadline))"
        case .databaseWriteDeadline: "\(DurationText(databaseWriteDeadline))"
        case .migrateOnStart: migrateOnStart ? "on" : "off"
        case .redisURL: redisURL?.reveal()
        case .redisKeyPrefix: redisKeyPrefix
        case .redisDeadline: "\(DurationText(redisDeadline))"
        case .redisTLSAuthorities: redisTLSAuthorities
        case .redisTLSCertificate: redisTLSCertificate
        case .redisTLSKey: redisTLSKey
        case .listen: listen.isEmpty ? nil : listen.map(\.description).joined(separator: ",")
        case .listenMode: "0" + String(listenMode, radix: 8)
        case .listenGroup: listenGroup.map(String.init)
        case .listenPeerUIDs:
            listenPeers.map { $0.sorted().map { String($0) }.joined(separator: ",") }
        case .workers: "\(workers)"
        case .sessionLifetime: "\(DurationText(sessionLifetime))"
        case .sessionIdleTimeout: Self.orOff(sessionIdleTimeout.map(DurationText.init))
        case .sessionRememberedLifetime: Self.orOff(sessionRememberedLifetime.map(DurationText.init))
        case .sessionsPerUser: Self.orOff(sessionsPerUser)
        case .sessionLastSeen: sessionLastSeen ? "on" : "off"
        case .sessionCacheEntries: "\(sessionCacheEntries)"
        case .revocationDelay: "\(DurationText(revocationDelay))"
        case .staleIfDatabaseDown: "\(DurationText(staleIfDatabaseDown))"
        case .sessionCleanupInterval: Self.orOff(sessionCleanupInterval.map(DurationText.init))
        case .cookieName: cookieName
        case .hashingThreads: "\(hashingThreads)"
        case .hashingMemory: "\(hashingMemory >> 20)"
        case .hashingWait: "\(DurationText(hashingWait))"
        case .usersQuery: usersQuery
        case .usersPreset: usersPreset?.rawValue
        case .usersQueryDeadline: "\(DurationText(usersQueryDeadline))"
        case .usersRehash: usersRehash
        case .usersPepper: usersPepper?.reveal()
        case .legacyHashes: allowsLegacyHashes ? "on" : "off"
        case .lookupLimit: "\(lookupLimit)"
        case .shutdownGrace: "\(DurationText(shutdownGrace))"
        case .logLevel: logLevel.rawValue
        default: preconditionFailure("\(setting.name) has no value here")
        }
    }

    private static func orOff(_ value: (some CustomStringConvertible)?) -> String { value?.description ?? "off" }
}
