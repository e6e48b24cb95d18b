internal import FoundationEssentials
internal import Logging

extension Logger {
    /// Logs an event that has just happened.
    func audit(_ event: AuditEvent) {
        log(level: event.outcome.level, "\(event.message)", metadata: event.metadata(at: .now))
    }
}
