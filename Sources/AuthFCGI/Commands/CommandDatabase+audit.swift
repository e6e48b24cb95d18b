internal import Glibc
internal import Logging

extension CommandDatabase {
    /// Logs a change by the command to standard error, with the uid of the user who ran it. Workers do not log it:
    /// there are several on every pod, and the notification that they receive does not name the author. The database has
    /// recorded it, for ``AuditCommand``. On return the line is written. There is none on the terminal of a person who reads
    /// there in a sentence what has happened.
    /// - Parameter sentence: The descriptor that the command writes the sentence to.
    func audit(_ event: AuditEvent, saidOn sentence: Int32 = STDOUT_FILENO) {
        guard isatty(STDERR_FILENO) == 0 || isatty(sentence) == 0 else { return }
        var event = event
        event.details["uid"] = "\(getuid())"
        log.audit(event)
        // Whatever becomes of the output.
        CommandLog.finish()
    }
}
