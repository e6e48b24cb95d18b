/// What holds for a setting that nobody has given.
enum SettingFallback<Value: Sendable>: Sendable {
    /// Nothing: without it the program does not start. The words say what to write.
    case required(String)
    /// What this text means.
    case text(String)
    /// A value that the words describe, found out at the start.
    case described(String, @Sendable (SettingsSources.Host) -> Value)

    /// Whether ``shown`` is a text that could be given.
    var isLiteral: Bool {
        switch self {
        case .text: true
        case .required, .described: false
        }
    }

    /// As people read it.
    var shown: String {
        switch self {
        case .required: "required"
        case .text(let text), .described(let text, _): text
        }
    }
}

extension SettingFallback {
    /// No value, which the words describe.
    static func described<Wrapped>(_ words: String) -> Self where Value == Wrapped? { .described(words) { _ in nil } }
}
