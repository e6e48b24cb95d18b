internal import EventLoop
internal import Sessions

/// What `authfcgi status` shows: two reports of a gate compared. Rates are per second.
struct StatusFigures: Equatable {
    let report: StatusReport
    /// The time between the two reports in seconds.
    let interval: Double
    private let earlier: StatusReport

    /// - Parameters:
    ///   - earlier: The first report.
    ///   - later: The second report, of the same gate.
    init(from earlier: StatusReport, to later: StatusReport) {
        self.earlier = earlier
        report = later
        interval = later.instant - earlier.instant
    }

    /// The rates of all counters of a family by the value of a label, in the order of the table.
    func rates(of metrics: [Metric], by label: String) -> [(name: String, rate: Double)] {
        metrics.map { metric in
            let name = metric.entry.labels.first { $0.name == label }?.value ?? ""
            return (name, rate(of: metric))
        }
    }

    var checks: [(name: String, rate: Double)] { rates(of: Metric.checks, by: "outcome") }

    var answers: [(name: String, rate: Double)] {
        rates(
            of: [StoreMetric.fromMemory, .fromRedis, .fromPostgreSQL, .fromTag].map(Metric.store), by: "source")
    }

    var logins: [(name: String, rate: Double)] {
        rates(of: AuditOutcome.allCases.map { Metric.event(.login, $0) }, by: "outcome")
    }

    /// The durations between the two reports; if there were none, all since the program's start.
    func quantiles(of latency: LatencyMetric) -> LatencyQuantiles? {
        let key = latency.entry.key
        guard let now = report.histograms[key]?.buckets else { return nil }
        let before = earlier.histograms[key]?.buckets ?? []
        guard before.count == now.count else { return LatencyQuantiles(now) }
        return LatencyQuantiles(zip(now, before).map { $0 > $1 ? $0 - $1 : 0 }) ?? LatencyQuantiles(now)
    }

    /// The value of a gauge; nil if the gate has none.
    subscript(gauge: Gauge) -> Double? { report.gauges[gauge.entry.key] }

    /// What was wrong within the last day, the latest first.
    var troubles: [StatusReport.Trouble] { report.troubles.filter { $0.age < 86_400 } }

    /// The number of workers that accept connections.
    var serving: Int { report.workers.count { $0.state == WorkerState.serving.name } }

    private func rate(of metric: Metric) -> Double {
        let key = metric.entry.key
        let (before, now) = (earlier.counters[key] ?? 0, report.counters[key] ?? 0)
        // A program that was started anew between the reports has counted less.
        guard interval > 0, now > before else { return 0 }
        return Double(now - before) / interval
    }
}

/// The form of `status --json`.
extension StatusFigures: Encodable {
    private enum CodingKeys: String, CodingKey {
        case version, schema, uptime = "uptime_seconds", interval = "interval_seconds"
        case workersWanted = "workers_wanted", workers, checks = "checks_per_second", answers = "answers_per_second"
        case logins = "logins_per_second", latencies = "latency_seconds", gauges, counters, troubles
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(report.version, forKey: .version)
        try container.encode(report.schema, forKey: .schema)
        try container.encode(report.uptime, forKey: .uptime)
        try container.encode(interval, forKey: .interval)
        try container.encode(report.workersWanted, forKey: .workersWanted)
        try container.encode(report.workers, forKey: .workers)
        for (key, rates) in [(CodingKeys.checks, checks), (.answers, answers), (.logins, logins)] {
            try container.encode(Dictionary(rates.map { ($0.name, $0.rate) }) { $1 }, forKey: key)
        }
        let latencies = LatencyMetric.all.map { ($0.entry.key, quantiles(of: $0)) }
        try container.encode(Dictionary(latencies) { $1 }, forKey: .latencies)
        try container.encode(report.gauges, forKey: .gauges)
        try container.encode(report.counters, forKey: .counters)
        try container.encode(troubles, forKey: .troubles)
    }
}
