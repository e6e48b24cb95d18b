internal import EventLoop
internal import Glibc

/// Whether notifications come through.
extension PostgreSQLConnection {
    /// Finds out whether this connection receives what another one to the same server notifies, on a channel of its own, which
    /// nobody else listens to.
    /// - Parameters:
    ///   - other: The connection that notifies.
    ///   - limit: The maximum wait for the notification.
    ///   - deadline: The maximum wait for the server in each step.
    /// - Throws: ``PostgreSQLError``
    func hears(
        _ other: PostgreSQLConnection, within limit: Duration, deadline: Duration
    ) throws(PostgreSQLError) -> Bool {
        let mark = "authfcgi_trial_\(UInt64.random(in: .min ... .max))"
        try script("LISTEN \(mark)", deadline: deadline)
        // Waits for no standby.
        try other.script(
            "BEGIN; SET LOCAL synchronous_commit = off; NOTIFY \(mark), '\(mark)'; COMMIT", deadline: deadline)
        let end = BootInstant.now + limit
        var isHeard = false
        repeat {
            // The server sends notifications along with its next answer at the latest.
            try script("SELECT 1", deadline: deadline)
            while let payload = nextNotification() { isHeard = isHeard || payload == mark }
            if !isHeard { usleep(20_000) }
        } while !isHeard && BootInstant.now < end
        try script("UNLISTEN \(mark)", deadline: deadline)
        return isHeard
    }
}
