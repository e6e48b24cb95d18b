/// A word of a ``Requirement``.
enum RequirementWord: Equatable {
    /// `group`, `and`, or a name without quotes.
    case plain(String)
    /// A quoted text: always a name, also if it is `and`.
    case quoted(String)

    var text: String {
        switch self {
        case .plain(let text), .quoted(let text): text
        }
    }
}
