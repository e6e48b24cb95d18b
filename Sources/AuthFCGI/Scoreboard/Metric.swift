internal import Sessions

/// A counter on the scoreboard, written by each worker and summed over all workers by its readers. The gate's own
/// counters are cases here; those of the store are cases of ``StoreMetric``.
enum Metric: Hashable, Sendable {
    /// The number of checks requested.
    case checks
    /// The number of connections over HTTP that were closed because they came from no trusted proxy.
    case untrustedConnections
    case store(StoreMetric)

    static let all: [Metric] = [.checks, .untrustedConnections] + StoreMetric.allCases.map(Metric.store)

    /// The counter's index in a ``ScoreboardSlot``.
    var index: Int {
        switch self {
        case .checks: 0
        case .untrustedConnections: 1
        case .store(let metric): 2 + metric.rawValue
        }
    }

    /// The name in logs, in snake case.
    var name: String {
        switch self {
        case .checks: "checks"
        case .untrustedConnections: "untrusted_connections"
        case .store(let metric): metric.name
        }
    }
}
