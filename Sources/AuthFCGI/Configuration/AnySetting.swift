/// A setting of any type: the part that help texts, documents and the reading of settings use.
protocol AnySetting: Sendable {
    /// The name, which is that of a variable in the environment and in the file of `--env-file`, usually with a prefix: see
    /// ``variables``.
    var name: String { get }
    /// True if the name without the prefix is read too. Every program has a variable USER in its environment.
    var isReadBare: Bool { get }
    /// The meaning, as a phrase without a full stop.
    var meaning: String { get }
    /// True if the value must not be shown. Such a setting has no flag, since every user of the machine can read
    /// command lines, but its value may be in a file that `NAME_FILE` names.
    var isSecret: Bool { get }
    /// The type of the value, in a few words.
    var shownType: String { get }
    /// The bounds of a duration or a number.
    var shownBounds: String? { get }
    /// The default in help texts and documents.
    var shownDefault: String { get }
    /// True if ``shownDefault`` is a valid value, not a description.
    var defaultIsLiteral: Bool { get }

    /// Stores the effective value in `settings`, or adds what is wrong to `problems`.
    func read(
        _ given: SettingValues.Given?, _ host: SettingsSources.Host, into settings: inout Settings,
        problems: inout SettingsProblems)

    /// Returns the value as the setting's text; nil if there is none, or if it is determined at the start.
    func text(in settings: Settings) -> String?
}

extension AnySetting {
    /// The name of the flag without the leading dashes; nil for secrets.
    var flag: String? {
        isSecret ? nil : name.lowercased().split(separator: "_").joined(separator: "-")
    }

    /// The name with the prefix, under which no other program's variable is mistaken for this setting.
    var prefixedName: String { SettingNames.prefix + name }

    /// The variables that give the value. An earlier one takes precedence over a later one, wherever it is set.
    var variables: [String] { isReadBare ? [prefixedName, name] : [prefixedName] }

    /// All variables that concern the setting: those that give the value, and those that name a file with it.
    var allVariables: [String] { variables + variables.compactMap { fileVariable(of: $0) } }

    /// Returns the variable that names the file of a secret; nil for other settings.
    /// - Parameter variable: The variable that would have the value itself.
    func fileVariable(of variable: String) -> String? { isSecret ? variable + "_FILE" : nil }

    /// The variable in help texts and documents: with the prefix, but for those that an application beside the gate mostly has
    /// already.
    var documentedName: String { ["DATABASE_URL", "REDIS_URL"].contains(name) ? name : prefixedName }

    /// The help text of the flag.
    var help: String {
        let bounds = shownBounds.map { "\($0); " } ?? ""
        return "\(documentedName): \(meaning) (\(bounds)default: \(shownDefault))."
    }
}
