internal import EventLoop

/// The name of a form of log lines: the values of LOG_FORMAT.
enum LogFormName: String, CaseIterable, Sendable {
    case text
    case json
}

extension LogFormat {
    /// The form of the lines that this process writes to standard error. A line of text has the time, unless systemd's
    /// journal receives it, which records the time of each line.
    init(_ settings: Settings) {
        switch settings.logFormat {
        case .text: self = .text(hasTime: !JournalStream.isStandardError(ProcessEnvironment.snapshot()))
        case .json: self = .json
        }
    }
}
