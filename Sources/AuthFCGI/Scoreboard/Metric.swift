internal import Sessions

/// A counter on the scoreboard: written by each worker, summed over all by anybody. What the gate itself counts is a
/// case here; what the store counts is a case of ``StoreMetric``.
enum Metric: Hashable, Sendable {
    /// Checks asked for.
    case checks
    case store(StoreMetric)

    static let all: [Metric] = [.checks] + StoreMetric.allCases.map(Metric.store)

    /// The counter's place on a worker's page.
    var index: Int {
        switch self {
        case .checks: 0
        case .store(let metric): 1 + metric.rawValue
        }
    }

    /// The name in logs, in snake case.
    var name: String {
        switch self {
        case .checks: "checks"
        case .store(let metric): metric.name
        }
    }
}
