internal import EventLoop
internal import Sessions

/// Quantiles of durations that are known by their buckets, in seconds. Within a bucket the durations are taken as evenly
/// spread.
struct LatencyQuantiles: Codable, Equatable {
    let p50: Double
    let p95: Double
    let p99: Double

    /// - Parameter buckets: The number of durations in each of ``LatencyBuckets``, not cumulative.
    /// - Returns: nil if there are no durations.
    init?(_ buckets: [UInt64]) {
        let total = buckets.reduce(0, +)
        guard total > 0, buckets.count == LatencyBuckets.count else { return nil }
        p50 = Self.quantile(0.5, of: buckets, total)
        p95 = Self.quantile(0.95, of: buckets, total)
        p99 = Self.quantile(0.99, of: buckets, total)
    }

    private static func quantile(_ part: Double, of buckets: [UInt64], _ total: UInt64) -> Double {
        let rank = part * Double(total)
        var below = 0.0
        var lower = 0.0
        for (bound, count) in zip(LatencyBuckets.bounds, buckets) {
            let upper = Double(bound) / 1e9
            if count > 0, below + Double(count) >= rank {
                return lower + (upper - lower) * (rank - below) / Double(count)
            }
            below += Double(count)
            lower = upper
        }
        return lower  // longer than the last bound
    }
}
