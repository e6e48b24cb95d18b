internal import EventLoop
internal import Logging

/// Logs the failures of statements, each kind once per period, and makes them errors for callers.
struct StatementFailures {
    private let log: Logger
    private var readOnly = LogCondition.ofRequests("postgresql_read_only")
    /// Statements that need no more space succeed meanwhile.
    private var fullDisk = LogCondition("postgresql_disk_full", reminder: .seconds(60), quiet: .seconds(30))
    /// Limits the log of other failures, which clients can cause at any rate during an outage.
    private var others = LogLimiter<String>(lines: 5, per: .seconds(1), kinds: 100)

    init(_ log: Logger) {
        self.log = log
    }

    /// Handles a write that has succeeded.
    mutating func noteWrite(at now: BootInstant = .now) {
        if let fields = readOnly.end(at: now) { log.info("PostgreSQL accepts writes again", metadata: fields) }
        if let fields = fullDisk.end(at: now) {
            log.info("no write has failed for lack of disk space for 30 s", metadata: fields)
        }
    }

    /// Logs the failure of a statement, and returns the error for its caller.
    mutating func report(_ error: PostgreSQLError, at now: BootInstant = .now) -> SessionStoreError {
        // Logged once per period, since every write fails for the same reason.
        if error.isReadOnlyTransaction {
            if let fields = readOnly.begin(at: now) {
                log.error(
                    "PostgreSQL is read-only: \(error.reason); checks continue, logins and logouts fail",
                    metadata: fields)
            }
            return .readOnly
        }
        if error.isFullDisk {
            if let fields = fullDisk.begin(at: now) {
                log.error(
                    "PostgreSQL is out of disk space: \(error.reason); checks continue, logins fail", metadata: fields)
            }
            return .readOnly
        }
        if let suppressed = others.admit(error.reason) {
            log.warning("PostgreSQL command failed: \(error.reason)", metadata: suppressed.fields)
        }
        return .unavailable(error.reason)
    }
}
