/// The default of a setting.
enum SettingFallback<Value: Sendable>: Sendable {
    /// None: without a value the program does not start. The text is the advice in the message.
    case required(String)
    /// The value that this text stands for.
    case text(String)
    /// A value that is determined at the start, and the text that describes it.
    case described(String, @Sendable (SettingsSources.Host) -> Value)

    /// True if ``shown`` is a valid value.
    var isLiteral: Bool {
        switch self {
        case .text: true
        case .required, .described: false
        }
    }

    /// The default in help texts and documents.
    var shown: String {
        switch self {
        case .required: "required"
        case .text(let text), .described(let text, _): text
        }
    }
}

extension SettingFallback {
    /// No value; `words` describe what that means.
    static func described<Wrapped>(_ words: String) -> Self where Value == Wrapped? { .described(words) { _ in nil } }
}
