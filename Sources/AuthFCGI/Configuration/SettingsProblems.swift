/// All problems with the settings. Never contains the value of a secret.
struct SettingsProblems: Error, Equatable, CustomStringConvertible {
    /// One line for each problem, with advice.
    private(set) var lines: [String] = []

    /// The exit code for settings that cannot be used.
    static let exitCode = ProgramExit.configuration.rawValue

    var isEmpty: Bool { lines.isEmpty }

    mutating func add(_ line: String) { lines.append(line) }

    /// - Parameter problem: a predicate that follows the setting's name.
    mutating func add(_ setting: any AnySetting, _ problem: String) { add("\(setting.name) \(problem)") }

    mutating func add(contentsOf other: SettingsProblems) { lines += other.lines }

    /// The message for the user. A single problem is a single line, which suits the log of a container.
    var description: String {
        if lines.count == 1 { return "authfcgi: \(lines[0])\n" }
        return "authfcgi: \(lines.count) problems with the settings:\n" + lines.map { "  \($0)\n" }.joined()
    }

    /// Returns a value that is not secret as it appears in a line: quoted, cut after 80 characters, and without control
    /// characters.
    static func quoted(_ value: some StringProtocol) -> String {
        let shown = value.unicodeScalars.prefix(80).map { scalar in
            scalar.properties.generalCategory == .control ? "?" : String(scalar)
        }
        return "\"" + shown.joined() + (value.unicodeScalars.count > 80 ? "…" : "") + "\""
    }
}
