package import Logging

/// A log handler that writes each event as one line, in the format of its writer.
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

    /// Writes a line with the fields of the logger, of the ``LogContext`` and of the event. Of several with the same name the
    /// last counts.
    package func log(event: LogEvent) {
        var all = metadata
        let context = LogContext.fields
        if !context.isEmpty { all.merge(context) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        writer.write(writer.format.line(event.level, "\(event.message)", all.mapValues { "\($0)" }))
    }
}
