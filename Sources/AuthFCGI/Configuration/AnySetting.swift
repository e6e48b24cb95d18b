/// A setting of any type: the part that help texts, documents and the reading of settings use.
protocol AnySetting: Sendable {
    /// The name in the environment and in the file of `--env-file`.
    var name: String { get }
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

    /// The variable that names a secret's file; nil for other settings.
    var fileName: String? { isSecret ? name + "_FILE" : nil }

    /// The help text of the flag.
    var help: String {
        let bounds = shownBounds.map { "\($0); " } ?? ""
        return "\(name): \(meaning) (\(bounds)default: \(shownDefault))."
    }
}
