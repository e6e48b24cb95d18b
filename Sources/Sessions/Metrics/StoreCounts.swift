/// The counters and histograms of a store, one for each ``StoreMetric`` and ``StoreLatency``.
package struct StoreCounts: Equatable, Sendable {
    private var values = [Int](repeating: 0, count: StoreMetric.allCases.count)
    private var latencies = [LatencyHistogram](repeating: LatencyHistogram(), count: StoreLatency.allCases.count)

    /// Creates counters that are all zero.
    package init() {}

    /// The value of the counter `metric`.
    package subscript(metric: StoreMetric) -> Int {
        get { values[metric.rawValue] }
        set { values[metric.rawValue] = newValue }
    }

    /// The durations of one kind.
    package subscript(latency: StoreLatency) -> LatencyHistogram { latencies[latency.rawValue] }

    /// Adds a duration to its histogram.
    mutating func add(_ duration: Duration, to latency: StoreLatency) { latencies[latency.rawValue].add(duration) }
}
