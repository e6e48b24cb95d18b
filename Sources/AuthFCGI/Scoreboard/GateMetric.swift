internal import Sessions

/// A counter of the gate itself. A new counter is one case and its entry here.
enum GateMetric: Int, CaseIterable, Sendable {
    // Checks by their outcome. These come first: nearly all that is counted.
    case accepted
    case refused
    case forbidden
    case undecided
    case connections
    case pausesAtLimit
    case untrustedConnections
    case droppedLogLines
    // Counters of the supervisor.
    case workersStarted
    case workersKilled
    case workersDied
    case reloads
    case refusedReloads

    var entry: MetricEntry {
        switch self {
        case .accepted: Self.checks("accepted")
        case .refused: Self.checks("refused")
        case .forbidden: Self.checks("forbidden")
        case .undecided: Self.checks("undecided", trouble: "checks answered 503")
        case .connections: MetricEntry("connections_total", help: "Connections that were accepted.")
        case .pausesAtLimit:
            MetricEntry(
                "connection_limit_pauses_total",
                help: "Pauses in accepting connections because a worker had as many as it may have.",
                trouble: "pauses at the limit of connections")
        case .untrustedConnections:
            MetricEntry(
                "untrusted_connections_total",
                help: "Connections over HTTP that were closed because they came from no trusted proxy.",
                trouble: "connections from no trusted proxy")
        case .droppedLogLines:
            MetricEntry(
                "log_lines_dropped_total",
                help: "Log lines that were dropped: the log's reader was too slow, or the log could not be written.",
                trouble: "dropped log lines")
        case .workersStarted: MetricEntry("workers_started_total", help: "Worker processes that were started.")
        case .workersKilled:
            MetricEntry(
                "workers_killed_total", help: "Worker processes that were killed because they hung or did not end.",
                trouble: "killed workers")
        case .workersDied:
            MetricEntry(
                "workers_died_total", help: "Worker processes that ended although nobody had asked them to.",
                trouble: "workers that died")
        case .reloads: MetricEntry("reloads_total", help: "Reloads of the settings that all workers took over.")
        case .refusedReloads:
            MetricEntry(
                "reloads_refused_total", help: "Reloads of the settings that were refused.",
                trouble: "refused reloads")
        }
    }

    private static func checks(_ outcome: String, trouble: String? = nil) -> MetricEntry {
        MetricEntry(
            "checks_total", .init("outcome", outcome),
            help: "Checks by their outcome: 200, 401, 403 and 503 (the store could not tell).", trouble: trouble)
    }
}
