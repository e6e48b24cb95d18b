/// A histogram of a store's durations. A new histogram is one case and its entry here.
package enum StoreLatency: Int, CaseIterable, Sendable {
    /// From the question of a check to PostgreSQL's answer, with the wait for the batch.
    case postgreSQL
    /// From the question of a check to the answer of Redis.
    case redis
    /// Statements of logins, logouts and changes, with the wait for their turn.
    case statements
    /// From the sending of a heartbeat to its whole answer.
    case heartbeats

    package var entry: MetricEntry {
        switch self {
        case .postgreSQL: Self.store("postgresql")
        case .redis: Self.store("redis")
        case .statements:
            MetricEntry(
                "statement_duration_seconds",
                help: "Duration of PostgreSQL statements of logins, logouts and changes, with their wait.")
        case .heartbeats:
            MetricEntry(
                "heartbeat_duration_seconds",
                help: "Time from the sending of a heartbeat to PostgreSQL's whole answer.")
        }
    }

    private static func store(_ name: String) -> MetricEntry {
        MetricEntry(
            "store_duration_seconds", .init("store", name),
            help: "Time from a check's question to the answer of a store.")
    }
}
