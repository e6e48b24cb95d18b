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
