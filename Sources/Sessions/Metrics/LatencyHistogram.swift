internal import EventLoop

/// Durations by size, in the buckets of ``LatencyBuckets``.
package struct LatencyHistogram: Equatable, Sendable {
    /// The number of durations in each bucket; not cumulative.
    package private(set) var counts = [Int](repeating: 0, count: LatencyBuckets.count)
    /// The sum of all durations in nanoseconds.
    package private(set) var nanoseconds = 0

    package init() {}

    package mutating func add(_ duration: Duration) {
        let time = max(0, Int(duration.nanoseconds))
        counts[LatencyBuckets.index(ofNanoseconds: Int64(time))] += 1
        nanoseconds += time
    }
}

/// The buckets of all histograms of durations: from 50 µs to 10 s, and one for what takes longer.
package enum LatencyBuckets {
    /// The upper bounds of all buckets but the last one, in nanoseconds.
    package static let bounds: [Int64] = [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    /// The number of buckets, with the one that has no upper bound.
    package static let count = bounds.count + 1

    /// Returns the index of a duration's bucket.
    package static func index(ofNanoseconds nanoseconds: Int64) -> Int {
        // Most durations are in the first buckets.
        for index in bounds.indices where nanoseconds <= bounds[index] { return index }
        return bounds.count
    }
}
