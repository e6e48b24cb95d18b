internal import Sessions

extension UsersQuery {
    /// Returns nil for the gate's own users.
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
            rehashName: SettingTable.shared.usersRehash.name)
    }
}

extension PasswordRules {
    init(_ settings: Settings) {
        self.init(minLength: settings.passwordMinLength)
    }
}
