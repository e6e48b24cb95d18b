internal import EventLoop
internal import Sessions
internal import Synchronization

/// What the scoreboard says at one moment: the values of all workers together.
struct ScoreboardReading: Sendable {
    let instant: BootInstant
    /// The present workers, by their numbers.
    private(set) var workers: [WorkerReading] = []
    /// The start of the program; nil before the supervisor has introduced itself.
    private(set) var startedAt: BootInstant?
    private var counters = [UInt64](repeating: 0, count: Metric.count)
    /// In nanoseconds since boot; 0 for never.
    private var rises = [UInt64](repeating: 0, count: Metric.count)
    private var gauges: [Gauge: UInt64] = [:]
    private var histograms = [[UInt64]](
        repeating: [UInt64](repeating: 0, count: ScoreboardLayout.histogramSize), count: LatencyMetric.all.count)

    init(at now: BootInstant) {
        instant = now
    }

    /// The sum of a counter.
    subscript(metric: Metric) -> UInt64 { counters[metric.index] }

    /// The number of checks, whatever their outcome.
    var checks: UInt64 { Metric.checks.reduce(0) { $0 + self[$1] } }

    /// The time when a counter with a trouble rose last; nil if it never did.
    func lastRise(of metric: Metric) -> BootInstant? {
        let time = rises[metric.index]
        return time == 0 ? nil : BootInstant(nanoseconds: Int64(clamping: time))
    }

    /// The value of a gauge; nil if no worker has one.
    subscript(gauge: Gauge) -> UInt64? {
        guard let value = gauges[gauge] else { return nil }
        switch gauge.combination {
        case .sum, .maximum, .latestCensus: return value
        case .longestAge, .shortestAge: return UInt64(clamping: instant.nanoseconds - Int64(clamping: value))
        }
    }

    /// The number of durations in each bucket, not cumulative, and their sum in nanoseconds.
    subscript(latency: LatencyMetric) -> (buckets: ArraySlice<UInt64>, nanoseconds: UInt64) {
        let cells = histograms[latency.index]
        return (cells[..<LatencyBuckets.count], cells[LatencyBuckets.count])
    }

    /// The number of workers in a state.
    func count(of state: WorkerState) -> Int { workers.count { $0.state == state } }

    /// Returns whether another worker than the one of this process answers checks, and PostgreSQL answers it.
    func isServed(besides pid: Int) -> Bool { workers.contains { $0.pid != pid && $0.answersChecks } }

    mutating func add(_ slot: borrowing ScoreboardSlot) {
        addCounters(slot)
        for latency in LatencyMetric.all {
            for offset in 0..<ScoreboardLayout.histogramSize {
                histograms[latency.index][offset] += slot.value(of: latency, at: offset)
            }
        }
        guard let worker = WorkerReading(slot) else { return }
        let position = workers.firstIndex { $0.number > worker.number } ?? workers.endIndex
        workers.insert(worker, at: position)
        addGauges(slot)
    }

    private mutating func addGauges(_ slot: borrowing ScoreboardSlot) {
        let isLatestCensus = slot.value(of: .censusAge) ?? 0 >= gauges[.censusAge] ?? 0
        for gauge in Gauge.allCases {
            guard let value = slot.value(of: gauge) else { continue }
            guard let known = gauges[gauge] else {
                gauges[gauge] = value
                continue
            }
            switch gauge.combination {
            case .sum: gauges[gauge] = known + value
            case .maximum, .shortestAge: gauges[gauge] = max(known, value)
            case .longestAge: gauges[gauge] = min(known, value)
            case .latestCensus: if isLatestCensus { gauges[gauge] = value }
            }
        }
    }

    /// Adds the counters of the supervisor, and when it started.
    mutating func add(supervisor slot: borrowing ScoreboardSlot) {
        addCounters(slot)
        let started = slot.startedAt.load(ordering: .acquiring)
        startedAt = started == 0 ? nil : BootInstant(nanoseconds: Int64(clamping: started))
    }

    private mutating func addCounters(_ slot: borrowing ScoreboardSlot) {
        for metric in Metric.all {
            let index = metric.index
            counters[index] += slot.value(of: metric)
            if ScoreboardLayout.isTrouble[index] { rises[index] = max(rises[index], slot.lastRise(of: metric)) }
        }
    }
}
