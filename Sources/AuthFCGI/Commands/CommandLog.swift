internal import EventLoop
internal import Logging

/// The log of a command other than `serve`.
enum CommandLog {
    private static let writer = LogWriter()

    static func start(_ settings: Settings) -> Logger {
        Logger(label: "authfcgi") { _ in LineLogHandler(writer: writer, logLevel: settings.logLevel) }
    }

    /// Waits until the last line is written, at most 1 s.
    static func finish() { writer.drain(within: .seconds(1)) }
}
