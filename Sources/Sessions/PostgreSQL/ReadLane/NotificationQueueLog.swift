internal import EventLoop
internal import Logging

/// Logs that PostgreSQL's notification queue is not emptied, and that it is emptied again.
struct NotificationQueueLog {
    private let log: Logger
    private var condition = LogCondition("notification_queue_full", reminder: .seconds(600))

    private static let (high, low) = (10, 5)

    init(_ log: Logger) {
        self.log = log
    }

    /// Handles the state according to a heartbeat.
    mutating func update(_ state: NotificationState, at now: BootInstant) {
        if state.queuePercent >= Self.high {
            guard let fields = condition.begin(at: now) else { return }
            let advice =
                if let process = state.oldestProcess {
                    "if it lasts, end the oldest transaction: SELECT pg_terminate_backend(\(process))"
                } else {
                    "if it lasts, let a superuser end the oldest transaction: SELECT pid FROM pg_stat_activity ORDER BY xact_start LIMIT 1"
                }
            log.warning(
                "PostgreSQL's notification queue is \(state.queuePercent) % full, as a session that listens stays in a transaction: \(advice)",
                metadata: fields)
        } else if state.queuePercent < Self.low, let fields = condition.end(at: now) {
            log.info("PostgreSQL's notification queue is emptied again", metadata: fields)
        }
    }
}
