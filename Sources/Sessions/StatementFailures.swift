internal import EventLoop
internal import Logging

/// Logs the failures of statements, each kind once per period, and makes them errors for callers.
struct StatementFailures {
    private let log: Logger
    private var readOnly = LogEpisode.ofRequests
    private var fullDisk = LogEpisode.ofRequests
    /// Limits the log of other failures, which clients can cause at any rate during an outage.
    private var others = LogLimiter<String>(lines: 5, per: .seconds(1), kinds: 100)

    init(_ log: Logger) {
        self.log = log
    }

    /// Handles a write that has succeeded.
    mutating func noteWrite() {
        if readOnly.end() { log.info("PostgreSQL accepts writes again") }
    }

    /// Logs the failure of a statement, and returns the error for its caller.
    mutating func report(_ error: PostgreSQLError) -> SessionStoreError {
        // Logged once per period, since every write fails for the same reason.
        if error.isReadOnlyTransaction {
            if readOnly.begin() {
                log.error("PostgreSQL is read-only: \(error.reason); checks continue, logins and logouts fail")
            }
            return .readOnly
        }
        // The end is not logged: statements that need no more space succeed meanwhile.
        if error.isFullDisk {
            if fullDisk.begin() {
                log.error("PostgreSQL is out of disk space: \(error.reason); checks continue, logins fail")
            }
            return .readOnly
        }
        if let suppressed = others.admit(error.reason) {
            log.warning(
                "PostgreSQL command failed: \(error.reason)",
                metadata: suppressed.ofKind > 0 ? ["suppressed": "\(suppressed.ofKind)"] : nil)
        }
        return .unavailable(error.reason)
    }
}
