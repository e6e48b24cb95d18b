import EventLoop
import Logging
import Synchronization
import Testing

@testable import Sessions

/// What is logged of PostgreSQL's notification queue.
@Suite struct NotificationQueueLogTests {
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])

        struct Handler: LogHandler {
            let lines: Lines
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.debug

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) { lines.lines.withLock { $0.append("\(event.level): \(event.message)") } }
        }

        var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }
        var all: [String] { lines.withLock { $0 } }
    }

    private func state(_ percent: Int, oldest: Int? = nil) -> NotificationState {
        NotificationState(
            isListening: true, mayListen: true, unannounced: 0, queuePercent: percent, oldestProcess: oldest)
    }

    @Test func `a queue that fills up is logged with what to do, once in ten minutes, and its end`() {
        let lines = Lines()
        var log = NotificationQueueLog(lines.logger)
        for (percent, seconds) in [
            (0, 0.0), (9, 1), (10, 2), (60, 3), (7, 4), (12, 5), (4, 6), (0, 7), (11, 8), (90, 602),
        ] {
            log.update(state(percent, oldest: 4711), at: ReadLaneValues.time(seconds))
        }
        #expect(lines.all.count == 3, "\(lines.all)")
        #expect(
            lines.all.first
                == "warning: PostgreSQL's notification queue is 10 % full, as a session that listens stays in a transaction: if it lasts, end the oldest transaction: SELECT pg_terminate_backend(4711)"
        )
        #expect(lines.all.dropFirst().first == "info: PostgreSQL's notification queue is emptied again")
        #expect(lines.all.last?.contains("90 % full") == true)
    }

    @Test func `without the right to see the process, the line says how a superuser finds it`() {
        let lines = Lines()
        var log = NotificationQueueLog(lines.logger)
        log.update(state(33), at: ReadLaneValues.time(0))
        #expect(lines.all.first?.contains("let a superuser end the oldest transaction: SELECT pid FROM") == true)
    }
}
