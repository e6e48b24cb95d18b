internal import Glibc
internal import Logging

extension CommandDatabase {
    /// Logs a change by the command to standard error, with the uid of the user who ran it. Workers do not log it:
    /// there are several on every pod, and the notification that they receive does not name the author. The database has
    /// recorded it, for ``AuditCommand``. On return the line is written.
    func audit(_ event: AuditEvent) {
        var event = event
        event.details["uid"] = "\(getuid())"
        log.audit(event)
        // Whatever becomes of the output.
        CommandLog.finish()
    }
}
