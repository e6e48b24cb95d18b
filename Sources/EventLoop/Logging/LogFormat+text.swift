internal import Logging

extension LogFormat {
    /// Returns a line of text.
    /// - Parameter time: The time at the beginning of the line; nil for none.
    static func textLine(
        _ level: Logger.Level, _ message: String, _ fields: [String: String], _ time: LogTime?
    ) -> String {
        var fields = fields
        var line = ""
        if let time {
            // The time of an event is written as the time of its line, once.
            line = Self.printable(fields.removeValue(forKey: "time") ?? time.text) + " "
        }
        line += level.rawValue.uppercased() + ": " + Self.printable(message)
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) { line += " \(key)=" + Self.field(value) }
        return line
    }

    /// Returns a value that cannot be mistaken for several fields: quoted if it contains a space or a quote.
    private static func field(_ value: String) -> String {
        let text = printable(value)
        let isPlain =
            !text.isEmpty
            && !text.unicodeScalars.contains { $0 == "\"" || $0 == " " || !$0.isASCII && $0.properties.isWhitespace }
        guard !isPlain else { return text }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Returns a text that cannot start another line, move a terminal's cursor or change the writing direction.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: \.isControl) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.isControl {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
