/// The file of `--env-file`: lines of `NAME=VALUE`.
///
/// Empty lines and lines that begin with `#` say nothing. A line may begin with `export `. A value may stand in single
/// quotes, or in double quotes in which `\"` and `\\` stand for a quote and a backslash; without quotes it is the rest
/// of the line. Nothing is expanded. Only names of the table may stand in it, each once.
struct EnvironmentFile: Equatable, Sendable {
    private(set) var values: [String: String] = [:]

    /// - Parameter path: how messages call the file.
    init(parsing text: String, path: String, problems: inout SettingsProblems) {
        var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        if let first = lines.first, first.hasPrefix("\u{feff}") { lines[0] = first.dropFirst() }
        for (index, line) in lines.enumerated() {
            let place = "\(path), line \(index + 1):"
            switch Self.parse(line) {
            case .nothing: break
            case .malformed:
                // The line itself is not shown: nobody knows what it was meant to be, it may hold a password.
                problems.add("\(place) this is not NAME=VALUE")
            case .openQuote(let name):
                problems.add("\(place) the value of \(name) begins with a quote that does not end at the line's end")
            case .pair(let name, let value):
                if let problem = Self.problem(ofName: name) {
                    problems.add("\(place) \(problem)")
                } else if values.updateValue(value, forKey: name) != nil {
                    problems.add("\(place) \(name) is set a second time; remove one of the lines")
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

    /// The text up to `quote`, which must be the last character.
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

    private static func problem(ofName name: String) -> String? {
        let known = SettingTable.all.flatMap { [$0.name, $0.fileName].compactMap(\.self) }
        guard !known.contains(name) else { return nil }
        let near = known.map { (name: $0, distance: EditDistance.between(name.uppercased(), $0)) }
            .min { $0.distance < $1.distance }
        guard let near, near.distance <= 3 else { return "there is no setting \(name)" }
        return "there is no setting \(name); \(near.name) is meant, perhaps"
    }

    /// Whether it looks like a name at all; the table decides whether it is one.
    private static func isName(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
