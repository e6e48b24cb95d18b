internal import Sessions

/// The places of all values in the cells of a ``ScoreboardSlot``.
enum ScoreboardLayout {
    /// The cells of a histogram: one for each bucket, and the sum of the durations in nanoseconds.
    static let histogramSize = LatencyBuckets.count + 1

    static let countersStart = LatencyMetric.all.count * histogramSize
    /// The times of the last rise of each counter, in the order of the counters; only those with a trouble have one.
    static let risesStart = countersStart + Metric.count
    static let gaugesStart = risesStart + Metric.count
    static let size = gaugesStart + Gauge.allCases.count

    /// Whether the rise of a counter is a trouble, by its index.
    static let isTrouble: [Bool] = {
        var result = [Bool](repeating: false, count: Metric.count)
        for metric in Metric.all where metric.entry.trouble != nil { result[metric.index] = true }
        return result
    }()
}
