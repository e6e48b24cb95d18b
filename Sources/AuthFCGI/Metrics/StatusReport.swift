internal import EventLoop
internal import Sessions

/// What a gate says about itself to `authfcgi status`: the same numbers as for Prometheus, its workers one by one, and what
/// was wrong lately. The program of another version may ask or answer, so unknown names are ignored and may be missing.
struct StatusReport: Codable, Equatable, Sendable {
    struct Worker: Codable, Equatable, Sendable {
        let number: Int
        let pid: Int
        let state: String
        /// In seconds.
        let age: Double
        /// The time since the last turn of the event loop, in seconds.
        let idle: Double?
        let connections: Int?
    }

    struct Histogram: Codable, Equatable, Sendable {
        /// The number of durations in each of ``LatencyBuckets``, not cumulative.
        let buckets: [UInt64]
        let seconds: Double
    }

    /// Something that went wrong at least once since the program's start.
    struct Trouble: Codable, Equatable, Sendable {
        let what: String
        let count: UInt64
        /// The time since it last happened, in seconds.
        let age: Double
    }

    let version: String
    let schema: Int
    /// The time since the program's start, in seconds.
    let uptime: Double?
    /// The time of this report, in seconds since the machine's boot, for the time between two reports.
    let instant: Double
    let workersWanted: Int
    let workers: [Worker]
    /// By ``MetricEntry/key``.
    let counters: [String: UInt64]
    let gauges: [String: Double]
    let histograms: [String: Histogram]
    /// The latest one first.
    let troubles: [Trouble]
}

extension StatusReport {
    init(_ reading: ScoreboardReading, _ facts: GateFacts) {
        let now = reading.instant
        version = facts.version
        schema = facts.schema
        uptime = reading.startedAt.map { (now - $0).seconds }
        instant = Double(now.nanoseconds) / 1e9
        workersWanted = facts.workers
        workers = reading.workers.map { worker in
            Worker(
                number: worker.number, pid: worker.pid, state: worker.state.name,
                age: (now - worker.startedAt).seconds, idle: worker.idleTime?.seconds, connections: worker.connections)
        }
        var counters: [String: UInt64] = [:]
        var troubles: [Trouble] = []
        for metric in Metric.all {
            let entry = metric.entry
            counters[entry.key] = reading[metric]
            guard let what = entry.trouble, let last = reading.lastRise(of: metric) else { continue }
            troubles.append(Trouble(what: what, count: reading[metric], age: max(0, (now - last).seconds)))
        }
        self.counters = counters
        self.troubles = troubles.sorted { $0.age < $1.age }
        var gauges: [String: Double] = [:]
        for gauge in Gauge.allCases { gauges[gauge.entry.key] = reading[gauge].map(gauge.number) }
        self.gauges = gauges
        var histograms: [String: Histogram] = [:]
        for latency in LatencyMetric.all {
            let (buckets, nanoseconds) = reading[latency]
            histograms[latency.entry.key] = Histogram(buckets: Array(buckets), seconds: Double(nanoseconds) / 1e9)
        }
        self.histograms = histograms
    }
}

extension MetricEntry {
    /// The name in a ``StatusReport``: that of Prometheus without the prefix, such as `checks_total{outcome="accepted"}`.
    var key: String {
        guard !labels.isEmpty else { return family }
        return family + "{" + labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",") + "}"
    }
}

extension Gauge {
    /// Returns a value in the base unit of Prometheus.
    fileprivate func number(_ value: UInt64) -> Double {
        switch unit {
        case .number: Double(value)
        case .nanoseconds: Double(value) / 1e9
        case .percent: Double(value) / 100
        }
    }
}
