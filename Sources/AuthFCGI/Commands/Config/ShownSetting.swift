/// A setting as `authfcgi config show` has it.
struct ShownSetting: Encodable {
    let name: String
    /// The value in use; nil for a secret, if there is none, and if it is determined at the start.
    let value: String?
    /// The source of the value.
    let source: String
    /// Whether the value is not shown because it is a secret.
    let isSecret: Bool

    /// The default as a description, for a setting without a value.
    private let fallback: String

    /// - Parameters:
    ///   - setting: The setting.
    ///   - settings: All settings, with their values in use.
    init(_ setting: any AnySetting, in settings: Settings) {
        name = setting.documentedName
        let text = setting.text(in: settings)
        isSecret = setting.isSecret && text != nil
        value = setting.isSecret ? nil : text
        source = "\(settings.origins[setting.name] ?? .fallback)"
        fallback = setting.shownDefault
    }

    /// The value for a person, in one line.
    var text: String {
        if isSecret { return "(secret, not shown)" }
        return value.map { PrintableText.of($0) } ?? "(\(fallback))"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(isSecret, forKey: .isSecret)
        try container.encode(source, forKey: .source)
        // Null, so that every key is always present.
        try container.encode(value, forKey: .value)
    }

    private enum Key: String, CodingKey {
        case name, source, value
        case isSecret = "is_secret"
    }
}
