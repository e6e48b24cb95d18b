internal import EventLoop
internal import Logging

/// Logs once that snapshots cannot be used for lack of notifications, and once that they can be used again.
struct NotificationLog {
    private let log: Logger
    private let names: ConfigurationNames
    private var lack = LogCondition("session_cache_off")

    init(_ log: Logger, _ names: ConfigurationNames) {
        self.log = log
        self.names = names
    }

    /// Handles a new connection.
    mutating func opened(_ notifications: PostgreSQLConnection.Notifications) {
        switch notifications {
        case .notRequested: break
        case .received:
            guard let fields = lack.end() else { return }
            log.info("session cache on again: PostgreSQL notifies of revocations", metadata: fields)
        case .postponed(let reason): warn(reason, advice: "it is tried again")
        case .unavailable(let reason): warn(reason, advice: "connect to PostgreSQL directly\(names.hint(.url))")
        case .refused(let reason): warn(reason, advice: "authfcgi config check says what to do")
        }
    }

    private mutating func warn(_ reason: String, advice: String) {
        guard let fields = lack.begin(reason) else { return }
        log.warning("session cache off, every check queries PostgreSQL: \(reason); \(advice)", metadata: fields)
    }
}
