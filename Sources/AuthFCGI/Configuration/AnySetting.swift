/// A setting of any type, as help texts, documents and the sources of settings know it.
protocol AnySetting: Sendable {
    /// The name in the environment and in the file of `--env-file`.
    var name: String { get }
    /// What it does, as a part of a sentence without a full stop.
    var meaning: String { get }
    /// Whether nobody may see the value. Such a setting has no flag, since everybody on the machine can read those, but
    /// its value may stand in a file that `NAME_FILE` names.
    var isSecret: Bool { get }
    /// What the setting takes, in a few words.
    var shownType: String { get }
    /// The bounds of a duration or a number.
    var shownBounds: String? { get }
    /// The default as people read it.
    var shownDefault: String { get }
    /// Whether ``shownDefault`` is a text that could be given, not a description.
    var defaultIsLiteral: Bool { get }

    /// Puts the value that holds into `settings`, or what is wrong into `problems`.
    func read(
        _ given: SettingValues.Given?, _ host: SettingsSources.Host, into settings: inout Settings,
        problems: inout SettingsProblems)

    /// The value as the setting's text; nil when it has none or was left to the start.
    func text(in settings: Settings) -> String?
}

extension AnySetting {
    /// The name of the flag without its dashes; nil for secrets.
    var flag: String? {
        isSecret ? nil : name.lowercased().split(separator: "_").joined(separator: "-")
    }

    /// The name under which a secret's file is given; nil for the others.
    var fileName: String? { isSecret ? name + "_FILE" : nil }

    /// The sentence of the setting in the help of its flag.
    var help: String {
        let bounds = shownBounds.map { "\($0); " } ?? ""
        return "\(name): \(meaning) (\(bounds)default: \(shownDefault))."
    }
}
