internal import Sessions

/// A counter on the scoreboard, written by each worker and summed over all workers by its readers.
enum Metric: Hashable, Sendable {
    case gate(GateMetric)
    case store(StoreMetric)
    /// An event that a client has caused.
    case event(AuditAction, AuditOutcome)

    static let all: [Metric] = {
        var all = GateMetric.allCases.map { Metric.gate($0) }
        all += StoreMetric.allCases.map { Metric.store($0) }
        for action in AuditAction.ofClients { all += AuditOutcome.allCases.map { Metric.event(action, $0) } }
        return all
    }()

    /// The number of counters in a ``ScoreboardSlot``.
    static let count = eventsStart + AuditAction.allCases.count * outcomeCount

    private static let storeStart = GateMetric.allCases.count
    private static let eventsStart = storeStart + StoreMetric.allCases.count
    private static let outcomeCount = AuditOutcome.allCases.count

    /// The counter's index in a ``ScoreboardSlot``, less than ``count``.
    var index: Int {
        switch self {
        case .gate(let metric): metric.rawValue
        case .store(let metric): Self.storeStart + metric.rawValue
        case .event(let action, let outcome): Self.eventsStart + action.index * Self.outcomeCount + outcome.index
        }
    }

    var entry: MetricEntry {
        switch self {
        case .gate(let metric): metric.entry
        case .store(let metric): metric.entry
        case .event(let action, let outcome):
            MetricEntry(
                "events_total", .init("event", action.rawValue), .init("outcome", outcome.rawValue),
                help: "Logins, logouts and other actions of clients, by their outcome.",
                trouble: Self.trouble(action, outcome))
        }
    }

    private static func trouble(_ action: AuditAction, _ outcome: AuditOutcome) -> String? {
        guard action == .login else { return nil }
        return switch outcome {
        case .success, .refused: nil
        case .throttled: "throttled logins"
        case .unavailable: "logins that could not be decided"
        }
    }

    /// The counters in the last line of the log, with their names there.
    static let summary: [(name: String, metric: Metric)] = [
        ("from_memory", .store(.fromMemory)), ("from_redis", .store(.fromRedis)), ("look_ups", .store(.lookUps)),
        ("touches_written", .store(.touchesWritten)), ("untrusted_connections", .gate(.untrustedConnections)),
    ]

    /// The checks of all outcomes.
    static let checks: [Metric] = [GateMetric.accepted, .refused, .forbidden, .undecided].map(Metric.gate)
}

extension AuditAction {
    /// The actions that the gate records for clients; the others are those of commands.
    static let ofClients: [AuditAction] = [
        .login, .logout, .logoutEverywhere, .logoutElsewhere, .sessionEnd, .passwordChange, .passwordReset, .access,
    ]

    fileprivate var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension AuditOutcome {
    fileprivate var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
