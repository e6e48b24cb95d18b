/// A parsed line of the program's log: `LEVEL: message key=value key="value with spaces"`, perhaps behind a time.
package struct LogLine {
    package let level: String
    package let message: String
    /// The fields in their order. The time at the beginning of the line is one that is named `time`.
    package let fields: [(name: String, value: String)]

    /// Parses a line.
    ///
    /// - Throws: An error if the line has another format.
    package init(_ line: some StringProtocol) throws {
        var rest = Substring(line)
        var fields: [(name: String, value: String)] = []
        if rest.first?.isNumber == true, let space = rest.firstIndex(of: " ") {
            fields.append(("time", String(rest[..<space])))
            rest = rest[space...].dropFirst()
        }
        guard let colon = rest.firstRange(of: ": ") else { throw SupportError.unexpected("no level: \(line)") }
        level = String(rest[..<colon.lowerBound])
        rest = rest[colon.upperBound...]
        var words: [String] = []
        while !rest.isEmpty {
            let word = rest.prefix { $0 != " " && $0 != "=" }
            rest = rest[word.endIndex...]
            guard rest.first == "=" else {
                guard fields.allSatisfy({ $0.name == "time" }) else {
                    throw SupportError.unexpected("'\(word)' is no field: \(line)")
                }
                words.append(String(word))
                rest = rest.dropFirst()
                continue
            }
            rest.removeFirst()
            fields.append((String(word), try Self.value(&rest)))
        }
        message = words.joined(separator: " ")
        self.fields = fields
    }

    /// Returns the value of a field, or nil if there is none with that name.
    package subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    private static func value(_ rest: inout Substring) throws -> String {
        var value = ""
        if rest.first == "\"" {
            rest.removeFirst()
            while let character = rest.first, character != "\"" {
                rest.removeFirst()
                if character == "\\", let escaped = rest.popFirst() {
                    value.append(escaped)
                } else {
                    value.append(character)
                }
            }
            guard rest.popFirst() == "\"" else { throw SupportError.unexpected("a quote without an end") }
        } else {
            value = String(rest.prefix { $0 != " " })
            rest = rest.dropFirst(value.count)
        }
        guard rest.isEmpty || rest.removeFirst() == " " else {
            throw SupportError.unexpected("'\(rest)' behind a value")
        }
        return value
    }
}
