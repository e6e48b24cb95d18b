internal import EventLoop
internal import Logging

/// The log lines of a ``ReadLane``, each limited as far as clients can cause it.
struct ReadLaneLog {
    private let log: Logger
    private var failures = LogCondition.ofRequests("look_ups_fail")
    /// A client can cause any number of look-ups of the same row.
    private var unreadableRows = LogLimiter<String>(per: .seconds(60), kinds: 100)
    private var notifications: NotificationLog
    private var notificationQueue: NotificationQueueLog

    init(_ log: Logger, _ names: ConfigurationNames) {
        self.log = log
        notifications = NotificationLog(log, names)
        notificationQueue = NotificationQueueLog(log)
    }

    /// Handles a new connection.
    mutating func opened(_ notifications: PostgreSQLConnection.Notifications) {
        self.notifications.opened(notifications)
    }

    /// Handles the state of the notification queue according to a heartbeat.
    mutating func update(_ state: NotificationState, at now: BootInstant) { notificationQueue.update(state, at: now) }

    mutating func lookUpFailed(_ reason: String) {
        guard let fields = failures.begin(reason) else { return }
        log.warning("session look-up failed: \(reason)", metadata: fields)
    }

    mutating func lookUpSucceeded() {
        guard failures.isOpen, let fields = failures.end() else { return }
        log.info("session look-ups succeed again", metadata: fields)
    }

    mutating func foundUnreadableRow(_ reason: String) {
        guard let suppressed = unreadableRows.admit(reason) else { return }
        log.error("unreadable session row: \(reason)", metadata: suppressed.fields)
    }
}
