internal import ArgumentParser

/// The flags of all settings. The types differ in what the help of a command shows.
protocol SettingsFlags: ParsableArguments {
    var database: DatabaseOptions { get }
    var others: OtherSettingsOptions { get }
}

extension SettingsFlags {
    /// The flags that were given, by the setting's name.
    var flags: [String: String] {
        // The storage of a property wrapper has the property's name after an underscore.
        let options = Array(Mirror(reflecting: database).children) + Array(Mirror(reflecting: others).children)
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
