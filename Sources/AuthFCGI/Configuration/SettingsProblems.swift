/// Everything that is wrong with the settings, found in one go. Says no secret's value.
struct SettingsProblems: Error, Equatable, CustomStringConvertible {
    /// One line each: what is wrong, and what would be right.
    private(set) var lines: [String] = []

    /// The exit code for settings that cannot be used: EX_CONFIG of sysexits.h.
    static let exitCode: Int32 = 78

    var isEmpty: Bool { lines.isEmpty }

    mutating func add(_ line: String) { lines.append(line) }

    /// - Parameter problem: to be read behind the setting's name.
    mutating func add(_ setting: any AnySetting, _ problem: String) { add("\(setting.name) \(problem)") }

    mutating func add(contentsOf other: SettingsProblems) { lines += other.lines }

    /// What is printed for people. One problem is one line, as a container's log shows it.
    var description: String {
        if lines.count == 1 { return "authfcgi: \(lines[0])\n" }
        return "authfcgi: \(lines.count) problems with the settings:\n" + lines.map { "  \($0)\n" }.joined()
    }

    /// A value that is not secret as it appears in a line: quoted, short, and without control characters.
    static func quoted(_ value: some StringProtocol) -> String {
        let shown = value.unicodeScalars.prefix(80).map { scalar in
            scalar.properties.generalCategory == .control ? "?" : String(scalar)
        }
        return "\"" + shown.joined() + (value.unicodeScalars.count > 80 ? "…" : "") + "\""
    }
}
