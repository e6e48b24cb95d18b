import EventLoop
import Logging
import Synchronization

/// What the fakes of a ``LoginStage`` have done, in order, and their clock.
@EventLoop
final class EffectLog {
    private(set) var all: [String] = []
    /// The time since the test began; only fakes move it.
    var now = Duration.zero
    private let lines = LoggedLines()

    func add(_ effect: String) { all.append(effect) }

    /// Leaves what was done so far.
    func clear() { all = [] }

    /// Lines of the log that are no audit, as `LEVEL: text`, of level notice and above.
    var logged: [String] { lines.all }

    var logger: Logger {
        var logger = Logger(label: "test") { [lines] _ in RecordingHandler(lines: lines) }
        logger.logLevel = .trace
        return logger
    }
}

private final class LoggedLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct RecordingHandler: LogHandler {
    let lines: LoggedLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard event.level >= .notice else { return }
        let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        lines.add("\(event.level): \(event.message)\(fields)")
    }
}
