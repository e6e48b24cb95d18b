internal import EventLoop

/// The file of `--env-file`: lines of `NAME=VALUE`.
///
/// Empty lines and lines that begin with `#` are ignored. A line may begin with `export `. A value may be in single
/// quotes, or in double quotes, where `\"` and `\\` are a quote and a backslash; without quotes it is the rest of the
/// line. Nothing is expanded. Only names of ``SettingTable`` are allowed, each once.
struct EnvironmentFile: Equatable, Sendable {
    private(set) var values: [String: String] = [:]

    /// - Parameter path: the name of the file in messages.
    init(parsing text: String, path: String, problems: inout SettingsProblems) {
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        if let first = lines.first, first.hasPrefix("\u{feff}") { lines[0] = first.dropFirst() }
        for (index, line) in lines.enumerated() {
            let place = "\(path), line \(index + 1):"
            switch Self.parse(line) {
            case .nothing: break
            case .malformed:
                // The line itself is not shown: it may contain a password.
                problems.add("\(place) not a line of the form NAME=VALUE")
            case .openQuote(let name):
                let problem =
                    Self.problem(ofName: name) ?? "the quoted value of \(name) does not end at the end of the line"
                problems.add("\(place) \(problem)")
            case .pair(let name, let value):
                if let problem = Self.problem(ofName: name) {
                    problems.add("\(place) \(problem)")
                } else if values.updateValue(value, forKey: name) != nil {
                    problems.add("\(place) \(name) is set twice; remove one of the lines")
                }
            }
        }
    }

    private enum Line {
        case nothing
        case malformed
        case openQuote(name: String)
        case pair(name: String, value: String)
    }

    private static func parse(_ line: Substring) -> Line {
        var rest = trimmed(line)
        guard let first = rest.first, first != "#" else { return .nothing }
        if rest.hasPrefix("export ") { rest = trimmed(rest.dropFirst(7)) }
        guard let equals = rest.firstIndex(of: "=") else { return .malformed }
        let name = trimmed(rest[..<equals])
        guard !name.isEmpty, isName(name) else { return .malformed }
        let value = trimmed(rest[rest.index(after: equals)...])
        guard let quote = value.first, quote == "\"" || quote == "'" else {
            return .pair(name: String(name), value: String(value))
        }
        guard let text = unquoted(value.dropFirst(), quote) else { return .openQuote(name: String(name)) }
        return .pair(name: String(name), value: text)
    }

    /// Returns the text up to `quote`; nil if that is not the last character.
    private static func unquoted(_ text: Substring, _ quote: Character) -> String? {
        var result = ""
        var rest = text
        while let character = rest.popFirst() {
            if character == quote { return rest.isEmpty ? result : nil }
            if character == "\\", quote == "\"", let next = rest.first, next == "\"" || next == "\\" {
                result.append(next)
                rest.removeFirst()
            } else {
                result.append(character)
            }
        }
        return nil
    }

    /// Returns what is wrong with a name; nil if it is that of a setting. A name without the prefix that resembles none is not
    /// shown.
    private static func problem(ofName name: String) -> String? {
        guard !SettingNames.all.contains(name) else { return nil }
        guard let meant = SettingNames.meant(by: name) else {
            if name.hasPrefix(SettingNames.prefix) { return "unknown setting \(name)" }
            // A line of a secret, in base64 for example, may look like a name too.
            return "unknown setting; its name is not shown, as it may be a part of a secret"
        }
        return "unknown setting \(name); did you mean \(meant)?"
    }

    /// Returns true if `text` has only characters of names. It need not be the name of a setting.
    private static func isName(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { $0.isASCIIAlphanumeric || $0 == UInt8(ascii: "_") }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        text.trimming { $0 == " " || $0 == "\t" }
    }
}
