/// A word of a ``Requirement``.
enum RequirementWord: Equatable {
    /// `group`, `and`, a name of the plain kind.
    case plain(String)
    /// What stood between quotes: always a name, also if it reads `and`.
    case quoted(String)

    var text: String {
        switch self {
        case .plain(let text), .quoted(let text): text
        }
    }
}
