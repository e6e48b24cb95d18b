/// What is wrong with the text of a setting. A secret's text is in none of the words.
enum SettingProblem: Error, Equatable {
    /// The text is wrong; the words say what would be right. The text is shown.
    case wrong(String)
    /// What is wrong, to be read behind the setting's name and where the text comes from. The text is not shown.
    case unfit(String)
    /// The text has several parts: what is wrong with each, to be read behind the setting's name.
    case parts([String])
}
