internal import EventLoop
internal import Logging

/// The log of a process: lines on standard error, written by a thread of their own.
struct ProcessLog: Sendable {
    private let writer: LogWriter
    private let level: Logger.Level

    init(_ settings: Settings) {
        writer = LogWriter(format: LogFormat(settings))
        level = settings.logLevel
    }

    /// Makes this the log of every Logger of the process. To be called once.
    func bootstrap() {
        let (writer, level) = (writer, level)
        LoggingSystem.bootstrap { _ in LineLogHandler(writer: writer, logLevel: level) }
    }

    /// The number of lines that were dropped so far.
    var dropped: Int { writer.dropped }

    /// Changes the form of the lines to come to that of other settings. The level is a matter of each Logger.
    func use(_ settings: Settings) { writer.use(LogFormat(settings)) }

    /// Waits for lines that are not written yet, at most 1 s. To be called before the process ends.
    func drain() { writer.drain(within: .seconds(1)) }
}
