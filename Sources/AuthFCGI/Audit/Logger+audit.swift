internal import FoundationEssentials
internal import Logging

extension Logger {
    /// Writes the line of an event that has happened just now.
    func audit(_ event: AuditEvent) {
        log(level: event.outcome.level, "\(event.message)", metadata: event.metadata(at: .now))
    }
}
