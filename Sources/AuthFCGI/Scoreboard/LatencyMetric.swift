internal import Sessions

/// A histogram of durations on the scoreboard. A new histogram is one case and its entry here.
enum LatencyMetric: Hashable, Sendable {
    /// From the arrival of a whole check to its answer.
    case checks
    /// From the arrival of a login to its answer.
    case logins
    case store(StoreLatency)

    static let all: [LatencyMetric] = [.checks, .logins] + StoreLatency.allCases.map(LatencyMetric.store)

    /// The histogram's index in ``all`` and in a ``ScoreboardSlot``.
    var index: Int {
        switch self {
        case .checks: 0
        case .logins: 1
        case .store(let latency): 2 + latency.rawValue
        }
    }

    var entry: MetricEntry {
        switch self {
        case .checks:
            MetricEntry("check_duration_seconds", help: "Time from the arrival of a whole check to its answer.")
        case .logins:
            MetricEntry(
                "login_duration_seconds",
                help: "Time from the arrival of a login to its answer; failed ones are held back on purpose.")
        case .store(let latency): latency.entry
        }
    }
}
