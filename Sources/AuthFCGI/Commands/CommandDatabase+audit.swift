internal import Glibc
internal import Logging

extension CommandDatabase {
    /// Writes the line of what the command has changed to standard error, with the system's user who ran it. Workers
    /// hear of it and write none: there are several on every pod, and what they hear does not say who did it.
    func audit(_ event: AuditEvent) {
        var event = event
        event.details["uid"] = "\(getuid())"
        log.audit(event)
    }
}
