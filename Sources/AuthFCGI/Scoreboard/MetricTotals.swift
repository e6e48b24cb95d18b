/// The sums of the counters of several workers.
struct MetricTotals: Equatable {
    private var values = [UInt64](repeating: 0, count: Metric.all.count)

    subscript(metric: Metric) -> UInt64 { values[metric.index] }

    mutating func add(_ slot: borrowing ScoreboardSlot) {
        for metric in Metric.all { values[metric.index] += slot.value(of: metric) }
    }
}
