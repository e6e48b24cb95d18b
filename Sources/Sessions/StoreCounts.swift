/// A number for each ``StoreMetric``, all zero at first.
package struct StoreCounts: Equatable, Sendable {
    private var values = [Int](repeating: 0, count: StoreMetric.allCases.count)

    package init() {}

    package subscript(metric: StoreMetric) -> Int {
        get { values[metric.rawValue] }
        set { values[metric.rawValue] = newValue }
    }
}
