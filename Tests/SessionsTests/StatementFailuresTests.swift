import EventLoop
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Sessions

/// What is logged of statements that fail, and of the end of such a time.
@Suite struct StatementFailuresTests {
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

    @Test func `the end of a full disk is logged with a write after 30 s without one, as operations.md says`() throws {
        let lines = Lines()
        var failures = StatementFailures(lines.logger)
        func time(_ seconds: Int) -> BootInstant { BootInstant(nanoseconds: 0) + .seconds(seconds) }
        let error = PostgreSQLError.server(.diskFull, "could not extend file")
        for second in [0, 10] {
            guard case .readOnly = failures.report(error, at: time(second)) else {
                Issue.record("the error is another one")
                continue
            }
        }
        // A statement that needs no more space.
        failures.noteWrite(at: time(39))
        #expect(lines.all.count == 1, "\(lines.all)")
        failures.noteWrite(at: time(40))
        failures.noteWrite(at: time(41))
        #expect(lines.all.count == 2, "\(lines.all)")
        let end = "no write has failed for lack of disk space for 30 s"
        #expect(lines.all.last == "info: \(end)")
        let operations = try Repository.text("docs/operations.md")
        #expect(operations.contains("`INFO: \(end)`"))
    }
}
