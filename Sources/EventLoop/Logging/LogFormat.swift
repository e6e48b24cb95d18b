package import Logging

/// The form of log lines.
package enum LogFormat: Equatable, Sendable {
    /// `LEVEL: message key=value`, after the time if whoever receives the lines records none.
    case text(hasTime: Bool)
    /// One JSON object: `time`, `level`, `event`, `message`, and the fields, whose values are strings.
    case json

    /// Returns one line, without a line feed, whatever the texts contain.
    /// - Parameters:
    ///   - level: The level of the line.
    ///   - message: The message.
    ///   - fields: The values by name. One that is named `time` is the time of the event, which takes the place of `time`.
    ///   - time: The time of the line.
    package func line(
        _ level: Logger.Level, _ message: String, _ fields: [String: String] = [:], at time: LogTime = .now
    ) -> String {
        switch self {
        case .text(let hasTime): Self.textLine(level, message, fields, hasTime ? time : nil)
        case .json: Self.jsonLine(level, message, fields, time)
        }
    }
}
