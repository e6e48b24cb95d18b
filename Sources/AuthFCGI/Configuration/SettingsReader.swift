internal import EventLoop

/// Makes typed values of the texts that were given, and gathers what is wrong with them.
///
/// A value that is wrong is a problem, and what is returned in its place is never used.
struct SettingsReader {
    private let values: SettingValues
    private(set) var problems: SettingsProblems

    init(_ sources: SettingsSources) {
        var problems = SettingsProblems()
        values = SettingValues(sources, problems: &problems)
        self.problems = problems
    }

    func origin(of setting: Setting) -> SettingOrigin { values[setting]?.origin ?? .fallback }

    /// Whether anybody says anything about `setting`.
    func isGiven(_ setting: Setting) -> Bool { values[setting] != nil }

    mutating func add(_ setting: Setting, _ problem: String) { problems.add("\(setting.name) \(problem)") }

    /// The text of `setting`: the one that was given or the default, nil when the default is no text.
    func text(_ setting: Setting) -> String? {
        if let given = values[setting] { return given.text }
        switch setting.fallback {
        case .value(let text): return text
        case .described, .required: return nil
        }
    }

    /// What `read` makes of a secret; nil when there is none, or when it is wrong.
    mutating func secret<T>(_ setting: Setting, _ read: (String) -> SecretReading<T>) -> T? {
        guard let given = values[setting] else { return nil }
        // Nothing behind an empty text: what is wrong with it has been said already.
        guard !given.text.isEmpty else { return nil }
        guard !given.text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            add(setting, "(\(given.origin)) has a line break or another control character in it; remove it")
            return nil
        }
        switch read(given.text) {
        case .value(let value): return value
        case .problem(let problem):
            add(setting, "(\(given.origin)) \(problem)")
            return nil
        }
    }

    /// What was made of a secret's text, or what is wrong with it, in words that do not tell it.
    enum SecretReading<T> {
        case value(T)
        case problem(String)
    }

    mutating func toggle(_ setting: Setting) -> Bool {
        let text = text(setting) ?? ""
        switch text.lowercased() {
        case "on", "true", "yes", "1": return true
        case "off", "false", "no", "0": return false
        default:
            wrong(setting, text, "write on or off")
            return false
        }
    }

    mutating func duration(_ setting: Setting) -> Duration {
        guard case .duration(let range) = setting.kind else { preconditionFailure("\(setting.name) is no duration") }
        let text = text(setting) ?? ""
        guard let duration = DurationText(parsing: text)?.duration, range.contains(duration) else {
            wrong(setting, text, "write a duration, \(setting.shownBounds ?? ""), such as \(setting.shownDefault)")
            return range.lowerBound
        }
        return duration
    }

    /// nil: off.
    mutating func optionalDuration(_ setting: Setting) -> Duration? {
        guard case .optionalDuration(let range) = setting.kind else {
            preconditionFailure("\(setting.name) is no duration that may be off")
        }
        let text = text(setting) ?? ""
        if text.lowercased() == "off" { return nil }
        guard let duration = DurationText(parsing: text)?.duration, range.contains(duration) else {
            wrong(setting, text, "write off or a duration, \(setting.shownBounds ?? "")")
            return nil
        }
        return duration
    }

    /// nil: off.
    mutating func optionalInteger(_ setting: Setting) -> Int? {
        guard case .optionalInteger(let range) = setting.kind else {
            preconditionFailure("\(setting.name) is no number that may be off")
        }
        let text = text(setting) ?? ""
        if text.lowercased() == "off" { return nil }
        guard let number = Self.number(text), range.contains(number) else {
            wrong(setting, text, "write off or a number, \(setting.shownBounds ?? "")")
            return nil
        }
        return number
    }

    private static func number(_ text: String) -> Int? {
        text.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ? Int(text) : nil
    }

    /// - Parameter fallback: what holds when the table only describes the default.
    mutating func integer(_ setting: Setting, fallback: Int = 0) -> Int {
        guard case .integer(let range) = setting.kind else { preconditionFailure("\(setting.name) is no number") }
        guard let text = text(setting) else { return fallback }
        guard let number = Self.number(text), range.contains(number) else {
            wrong(setting, text, "write a number, \(setting.shownBounds ?? "")")
            return range.lowerBound
        }
        return number
    }

    /// The word as the table writes it.
    mutating func choice(_ setting: Setting) -> String {
        guard case .choice(let words) = setting.kind else { preconditionFailure("\(setting.name) is no choice") }
        let text = text(setting) ?? ""
        guard let word = words.first(where: { $0 == text.lowercased() }) else {
            wrong(setting, text, "write one of \(words.joined(separator: ", "))")
            return ""
        }
        return word
    }

    /// What `read` makes of the text, if there is one.
    /// - Parameter right: what would be right, for when `read` makes nothing of it.
    mutating func value<T>(_ setting: Setting, _ right: String, _ read: (String) -> T?) -> T? {
        guard let text = text(setting) else { return nil }
        guard let value = read(text) else {
            wrong(setting, text, right)
            return nil
        }
        return value
    }

    /// The entries of a list that commas separate; none when nothing was given.
    func list(_ setting: Setting) -> [Substring] {
        guard let text = text(setting) else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map { entry in
            var entry = entry.drop { $0 == " " }
            while entry.last == " " { entry.removeLast() }
            return entry
        }
    }

    private mutating func wrong(_ setting: Setting, _ text: String, _ right: String) {
        add(setting, "(\(origin(of: setting))) is \(SettingsProblems.quoted(text)); \(right)")
    }
}
