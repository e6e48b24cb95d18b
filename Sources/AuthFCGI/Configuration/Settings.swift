internal import Logging
internal import Sessions

/// All settings, read and checked. Each is a property with the name and the type of its entry in ``SettingTable``.
@dynamicMemberLookup
struct Settings: Sendable {
    private var values: [String: any Sendable] = [:]
    /// The sources of the values that are not defaults, by the setting's name.
    private(set) var origins: [String: SettingOrigin] = [:]
    /// The files from which secrets were read.
    var secretFiles: [SecretFile] = []
    /// The files of PAGES_FOLDER as they were accepted: see ``readPages()``.
    var ownPages = PagesFolder.empty

    /// Reads and checks all settings.
    /// - Parameter checksFiles: false for a worker: the files that settings name were read when the settings were accepted, and
    ///   one that is gone since must not keep the worker from starting.
    /// - Throws: all problems at once.
    init(_ sources: SettingsSources, checksFiles: Bool = true) throws(SettingsProblems) {
        var problems = SettingsProblems()
        let given = SettingValues(sources, problems: &problems)
        for setting in SettingTable.all {
            setting.read(given[setting.name], sources.host, into: &self, problems: &problems)
            if let file = given.secretFile(of: setting) { secretFiles.append(file) }
        }
        check(given, checksFiles: checksFiles, &problems)
        origins = given.origins
        guard problems.isEmpty else {
            // A misspelt name may be the reason.
            for variable in sources.unknownVariables where variable.meant != nil {
                problems.add(variable.finding.sentence)
            }
            throw problems
        }
    }

    subscript<Value>(dynamicMember path: KeyPath<SettingTable, Setting<Value>>) -> Value {
        let setting = SettingTable.shared[keyPath: path]
        // init(_:) throws if any setting has no value.
        guard let value = value(of: setting) else { preconditionFailure("\(setting.name) was not read") }
        return value
    }

    /// Returns the value of a setting; nil if its text was wrong.
    func value<Value>(of setting: Setting<Value>) -> Value? { (values[setting.name] as? Box<Value>)?.value }

    mutating func set<Value>(_ setting: Setting<Value>, _ value: Value) { values[setting.name] = Box(value: value) }

    /// Keeps an optional value from merging with the optional that a cast makes of it.
    private struct Box<Value: Sendable>: Sendable {
        let value: Value
    }

    /// Returns ``SettingTable/listen`` alone, for a command that needs no other setting and ignores problems with them.
    static func listen(_ sources: SettingsSources) throws(SettingsProblems) -> [ListenAddress] {
        let addresses = try read(SettingTable.shared.listen, sources)
        return addresses ?? []
    }

    /// Returns ``SettingTable/logFormat`` alone, for messages about the settings; text if it is wrong itself.
    static func logForm(_ sources: SettingsSources) -> LogFormName {
        do throws(SettingsProblems) {
            let form = try read(SettingTable.shared.logFormat, sources)
            return form ?? .text
        } catch {
            return .text  // reported with all other problems
        }
    }

    /// Reads one setting alone.
    private static func read<Value>(
        _ setting: Setting<Value>, _ sources: SettingsSources
    ) throws(SettingsProblems) -> Value? {
        var ignored = SettingsProblems()
        let given = SettingValues(sources, problems: &ignored)
        var settings = Settings()
        var problems = SettingsProblems()
        setting.read(given[setting.name], sources.host, into: &settings, problems: &problems)
        guard problems.isEmpty else { throw problems }
        return settings.value(of: setting)
    }

    private init() {}
}

extension Settings {
    /// Reads and checks all that a program that serves needs: the settings, the operator's own pages, and the user.
    /// - Throws: What is wrong.
    static func forServing(_ sources: SettingsSources) throws(SettingsProblems) -> Settings {
        var settings = try Settings(sources)
        try settings.readPages()
        try settings.checkUser()
        return settings
    }

    /// The location of Redis; nil without REDIS_URL.
    var redisLocation: RedisLocation? { self.redisURL?.location }

    /// Returns the settings as variables for a worker, secrets included, from which the same settings are read again.
    /// So a worker reads no file, and looks up no user but the one that it becomes.
    func environment() -> [String: String] {
        var result: [String: String] = [:]
        for setting in SettingTable.all { result[setting.prefixedName] = setting.text(in: self) }
        return result
    }
}

extension Settings: Equatable {
    static func == (one: Settings, other: Settings) -> Bool { one.environment() == other.environment() }
}
