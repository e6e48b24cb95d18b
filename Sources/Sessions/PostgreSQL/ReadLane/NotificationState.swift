/// The state of notifications of revocations, according to a heartbeat.
struct NotificationState: Equatable, Sendable {
    /// A Boolean value that indicates whether the backend listens to the channel of revocations.
    let isListening: Bool
    /// A Boolean value that indicates whether the notification queue is so empty that a connection can begin to listen.
    let mayListen: Bool
    /// The number of transactions that have revoked sessions without a notification, because PostgreSQL's notification queue
    /// was too full. If it has changed, any session may have ended.
    let unannounced: Int64
    /// The part of the notification queue that is in use, in percent.
    let queuePercent: Int
    /// The process with the oldest transaction, which may prevent the queue from being emptied; nil while the queue is
    /// nearly empty, or if the tables' owner may not see the transactions of others.
    let oldestProcess: Int?
}

/// The columns of ``Heartbeat/sql(in:)``.
extension NotificationState {
    /// Returns the select list for a row of the function `notification_state`.
    static func columns(_ alias: String) -> String {
        ["is_listening", "may_listen", "unannounced", "queue_percent", "oldest_process"].map { "\(alias).\($0)" }
            .joined(separator: ", ")
    }

    /// Reads the first row in binary form.
    /// - Throws: ``PostgreSQLError`` if a value cannot be read.
    init(_ result: borrowing PostgreSQLResult) throws(PostgreSQLError) {
        guard let unannounced = result.binaryInteger(0, try result.column("unannounced")),
            let percent = result.binaryInteger(0, try result.column("queue_percent"))
        else { throw .confusion("a heartbeat cannot be read") }
        isListening = result.isTrue(0, try result.column("is_listening"))
        mayListen = result.isTrue(0, try result.column("may_listen"))
        self.unannounced = unannounced
        queuePercent = Int(percent)
        oldestProcess = result.binaryInteger(0, try result.column("oldest_process")).map(Int.init)
    }
}
