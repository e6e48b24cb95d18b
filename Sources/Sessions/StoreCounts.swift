/// The counters of a store, one for each ``StoreMetric``.
package struct StoreCounts: Equatable, Sendable {
    private var values = [Int](repeating: 0, count: StoreMetric.allCases.count)

    /// Creates counters that are all zero.
    package init() {}

    /// The value of the counter `metric`.
    package subscript(metric: StoreMetric) -> Int {
        get { values[metric.rawValue] }
        set { values[metric.rawValue] = newValue }
    }
}
