internal import Sessions

/// What is particular about the settings of users.
extension Settings {
    static func usersPreset(_ reader: inout SettingsReader) -> UsersPreset? {
        guard reader.isGiven(.usersPreset) else { return nil }
        return UsersPreset(rawValue: reader.choice(.usersPreset))
    }

    func checkUsers(_ reader: inout SettingsReader) {
        if reader.isGiven(.usersQuery), reader.isGiven(.usersPreset) {
            reader.add(.usersQuery, "and USERS_PRESET are both set; remove one")
        }
        let hasQuery = reader.isGiven(.usersQuery) || reader.isGiven(.usersPreset)
        if !hasQuery, usersComparisonInterval != nil {
            reader.add(
                .usersComparisonInterval,
                "is set without USERS_QUERY or USERS_PRESET; remove it: the gate hears at once of changes of its own users"
            )
        }
        guard reader.isGiven(.usersRehash) else { return }
        if !hasQuery {
            reader.add(
                .usersRehash, "is set without USERS_QUERY or USERS_PRESET; remove it: the gate's own users need none")
        }
        // The connection has to tell the triggers on the table that the password stays the same.
        if !preparesStatements {
            reader.add(
                .usersRehash,
                "does not go with DATABASE_PREPARED_STATEMENTS=off: behind a pooler it can write nothing; remove it")
        }
    }
}

extension UsersQuery {
    /// nil: the gate's own users.
    init?(_ settings: Settings) {
        let (sql, name): (String, String)
        if let preset = settings.usersPreset {
            (sql, name) = (preset.sql, "USERS_PRESET \(preset.rawValue)")
        } else if let query = settings.usersQuery {
            (sql, name) = (query, "USERS_QUERY")
        } else {
            return nil
        }
        self.init(
            sql: sql, rehash: settings.usersRehash, deadline: settings.usersQueryDeadline,
            comparisonInterval: settings.usersComparisonInterval, name: name,
            rehashName: Setting.usersRehash.name)
    }
}
