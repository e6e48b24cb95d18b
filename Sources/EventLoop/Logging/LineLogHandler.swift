package import Logging

/// A log handler that writes `LEVEL: message key=value`, always one line whatever the message contains.
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    /// The lowest level that is written.
    package var logLevel: Logger.Level
    private let writer: LogWriter

    /// Creates a handler.
    /// - Parameters:
    ///   - writer: The writer of the finished lines.
    ///   - logLevel: The lowest level that is written.
    package init(writer: LogWriter, logLevel: Logger.Level) {
        self.writer = writer
        self.logLevel = logLevel
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = Self.name(event.level) + ": " + Self.printable("\(event.message)")
        var all = metadata
        if let own = event.metadata { all.merge(own) { $1 } }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line += " \(key)=" + Self.field("\(value)")
        }
        writer.write(line)
    }

    private static func name(_ level: Logger.Level) -> String {
        switch level {
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info: "INFO"
        case .notice: "NOTICE"
        case .warning: "WARNING"
        case .error: "ERROR"
        case .critical: "CRITICAL"
        }
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
