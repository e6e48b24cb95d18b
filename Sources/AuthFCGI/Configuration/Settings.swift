internal import Logging
internal import Sessions

/// All settings, read and checked. Each is a property with the name and the type of its entry in ``SettingTable``.
@dynamicMemberLookup
struct Settings: Sendable {
    private var values: [String: any Sendable] = [:]

    /// Reads and checks everything.
    /// - Throws: all that is wrong, at once.
    init(_ sources: SettingsSources) throws(SettingsProblems) {
        var problems = SettingsProblems()
        let given = SettingValues(sources, problems: &problems)
        for setting in SettingTable.all {
            setting.read(given[setting.name], sources.host, into: &self, problems: &problems)
        }
        check(given, &problems)
        if !problems.isEmpty { throw problems }
    }

    subscript<Value>(dynamicMember path: KeyPath<SettingTable, Setting<Value>>) -> Value {
        let setting = SettingTable.shared[keyPath: path]
        // A setting without a value is a problem, and with a problem there are no settings.
        guard let value = value(of: setting) else { preconditionFailure("\(setting.name) was not read") }
        return value
    }

    /// The value of a setting; nil when its text was wrong.
    func value<Value>(of setting: Setting<Value>) -> Value? { (values[setting.name] as? Box<Value>)?.value }

    mutating func set<Value>(_ setting: Setting<Value>, _ value: Value) { values[setting.name] = Box(value: value) }

    /// Keeps an optional from becoming one with what it is put into.
    private struct Box<Value: Sendable>: Sendable {
        let value: Value
    }

    /// ``SettingTable/listen`` alone, for a command that needs nothing else and works whatever is wrong with the rest.
    static func listen(_ sources: SettingsSources) throws(SettingsProblems) -> [ListenAddress] {
        var ignored = SettingsProblems()
        let given = SettingValues(sources, problems: &ignored)
        let setting = SettingTable.shared.listen
        var settings = Settings()
        var problems = SettingsProblems()
        setting.read(given[setting.name], sources.host, into: &settings, problems: &problems)
        guard problems.isEmpty else { throw problems }
        return settings.value(of: setting) ?? []
    }

    private init() {}
}

extension Settings {
    /// Where Redis is; nil: PostgreSQL alone.
    var redisLocation: RedisLocation? { self.redisURL?.location }

    /// The settings as an environment from which the same settings can be read again: what a worker gets. So no secret
    /// stands in a command line, and no worker reads a file or asks for a user's number.
    func environment() -> [String: String] {
        var result: [String: String] = [:]
        for setting in SettingTable.all { result[setting.name] = setting.text(in: self) }
        return result
    }
}

extension Settings: Equatable {
    static func == (one: Settings, other: Settings) -> Bool { one.environment() == other.environment() }
}
