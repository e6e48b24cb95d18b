internal import ArgumentParser

/// The flags of all settings. The types differ in what the help of a command shows.
protocol SettingsFlags: ParsableArguments {
    var database: DatabaseOptions { get }
    var others: OtherSettingsOptions { get }
    /// Nil for a command that does not serve.
    var serving: ServingOptions? { get }
}

extension SettingsFlags {
    var serving: ServingOptions? { nil }

    /// The flags that were given, by the setting's name.
    var flags: [String: String] {
        // The storage of a property wrapper has the property's name after an underscore.
        let groups = [Mirror(reflecting: database), Mirror(reflecting: others), serving.map { Mirror(reflecting: $0) }]
        let options = groups.compactMap(\.self).flatMap { Array($0.children) }
        let given = Dictionary(
            uniqueKeysWithValues: options.compactMap { child in
                child.label.map { ($0, (child.value as? Option<String?>)?.wrappedValue) }
            })
        return Dictionary(
            uniqueKeysWithValues: SettingTable.entries.compactMap { entry in
                (given["_" + entry.property] ?? nil).map { (entry.setting.name, $0) }
            })
    }
}
