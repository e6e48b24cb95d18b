internal import EventLoop
internal import Logging

/// The log of a command other than `serve`.
enum CommandLog {
    private static let writer = LogWriter()

    /// - Parameter least: the lowest level of lines, if LOG_LEVEL is not above it.
    static func start(_ settings: Settings, least: Logger.Level = .trace) -> Logger {
        let level = max(settings.logLevel, least)
        writer.use(LogFormat(settings))
        return Logger(label: "authfcgi") { _ in LineLogHandler(writer: writer, logLevel: level) }
    }

    /// Waits until the last line is written, at most 1 s.
    static func finish() { writer.drain(within: .seconds(1)) }
}
