/// The names of the variables of settings, and those that resemble them.
enum SettingNames {
    /// The beginning of each setting's own name.
    static let prefix = "AUTHFCGI_"

    /// All variables that concern a setting.
    static let all = SettingTable.all.flatMap(\.allVariables)

    /// All names without the prefix, those of the files of secrets included.
    private static let withoutPrefix = SettingTable.all.flatMap { setting in
        [setting.name] + [setting.fileVariable(of: setting.name)].compactMap(\.self)
    }

    /// The names without the prefix by which documents call settings, those of the files of secrets included.
    private static let bareNames = SettingTable.all.filter { $0.documentedName == $0.name }.flatMap { setting in
        [setting.name] + [setting.fileVariable(of: setting.name)].compactMap(\.self)
    }

    /// Returns that one of ``bareNames`` from which a name differs in one letter, or in the order of two. With more differences
    /// it would be another program's, such as `REDIS_SSL`.
    static func bareName(resembling name: String) -> String? {
        let word = name.uppercased()
        return bareNames.first { bareName in
            switch EditDistance.between(word, bareName) {
            case 0, 1: true
            case 2: word.utf8.sorted() == bareName.utf8.sorted()
            default: false
            }
        }
    }

    /// Returns whether an environment has a value for the setting of a variable, in whatever variable.
    static func isSet(_ variable: String, in environment: [String: String]) -> Bool {
        let setting = SettingTable.all.first { $0.allVariables.contains(variable) }
        return setting?.allVariables.contains { environment[$0]?.isEmpty == false } == true
    }

    /// Returns the variable that may have been meant by a name that no setting has; nil if none is similar.
    static func meant(by name: String) -> String? {
        if let setting = SettingTable.all.first(where: { $0.name == name }) { return setting.prefixedName }
        let word = name.uppercased()
        guard word.hasPrefix(prefix) else { return Suggestion.nearest(to: word, among: all) }
        // Without the prefix, which would make short names similar that have nothing else in common.
        let rest = String(word.dropFirst(prefix.count))
        return Suggestion.nearest(to: rest, among: withoutPrefix, oneOf: 3).map { prefix + $0 }
    }

    /// Returns whether a name begins with the prefix, or with a misspelt one.
    static func beginsLikePrefix(_ name: String) -> Bool {
        EditDistance.between(String(name.uppercased().prefix(prefix.count)), prefix) <= 2
    }
}
