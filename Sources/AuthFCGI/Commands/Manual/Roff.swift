/// The language of manual pages (man(7)).
enum Roff {
    /// Returns a text in which no character has a meaning for roff.
    static func text(_ text: some StringProtocol) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\e"
            // A hyphen may be broken and is another character; this one can be searched for and copied.
            case "-": result += "\\-"
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            default:
                if scalar.isASCII {
                    result.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\[u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
                }
            }
        }
        // Else the line would be a request.
        return result.hasPrefix(".") ? "\\&" + result : result
    }

    static func bold(_ words: some StringProtocol) -> String { "\\fB" + text(words) + "\\fR" }

    static func italic(_ words: some StringProtocol) -> String { "\\fI" + text(words) + "\\fR" }

    static func section(_ title: String) -> String { ".SH " + title }

    /// Returns the lines of a paragraph.
    static func paragraph(_ words: some StringProtocol) -> [String] {
        [".PP", text(words.split(whereSeparator: \.isNewline).joined(separator: " "))]
    }

    /// Returns the lines of an entry of a list.
    /// - Parameters:
    ///   - tag: The term, in roff.
    ///   - words: The explanation, as text.
    static func entry(_ tag: String, _ words: some StringProtocol) -> [String] { [".TP", tag, text(words)] }
}
