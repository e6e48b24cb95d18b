/// A problem with the text of a setting. Never contains the text of a secret.
enum SettingProblem: Error, Equatable {
    /// The text is wrong and is shown; the advice says how to write it.
    case wrong(String)
    /// A predicate that follows the setting's name and source. The text is not shown.
    case unfit(String)
    /// Predicates that follow the setting's name, for a text with several parts.
    case parts([String])
}
