import Testing

@testable import Sessions

struct LatencyHistogramTests {
    @Test func `the bounds ascend from 50 µs to 10 s`() {
        let bounds = LatencyBuckets.bounds
        #expect(bounds.first == 50_000 && bounds.last == 10_000_000_000)
        #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func `a duration is in the first bucket whose bound it does not exceed`() {
        for (index, bound) in LatencyBuckets.bounds.enumerated() {
            #expect(LatencyBuckets.index(ofNanoseconds: bound) == index)
            #expect(LatencyBuckets.index(ofNanoseconds: bound + 1) == index + 1)
        }
        #expect(LatencyBuckets.index(ofNanoseconds: 0) == 0)
        #expect(LatencyBuckets.index(ofNanoseconds: .max) == LatencyBuckets.count - 1)
    }

    @Test func `durations are counted and added up`() {
        var histogram = LatencyHistogram()
        for duration in [Duration.microseconds(10), .microseconds(60), .seconds(20), .seconds(-1)] {
            histogram.add(duration)
        }
        #expect(histogram.counts.first == 2 && histogram.counts[1] == 1 && histogram.counts.last == 1)
        #expect(histogram.counts.reduce(0, +) == 4)
        #expect(histogram.nanoseconds == 20_000_070_000)
    }

    @Test func `counters and histograms of a store are apart`() {
        var counts = StoreCounts()
        counts[.fromRedis] += 3
        counts.add(.milliseconds(2), to: .redis)
        for metric in StoreMetric.allCases { #expect(counts[metric] == (metric == .fromRedis ? 3 : 0)) }
        for latency in StoreLatency.allCases {
            #expect(counts[latency].counts.reduce(0, +) == (latency == .redis ? 1 : 0))
        }
    }
}
