/// The result of a `LoadGenerator`.
package struct LoadReport: Sendable, CustomStringConvertible {
    /// All requests, in the order of their start.
    package let samples: [LoadSample]
    /// The number of occurrences of each error, by its description.
    package let errors: [String: Int]
    /// The time from the start to the end of the last thread.
    package let elapsed: Duration

    private let latencies: [Duration]

    init(samples: [LoadSample], errors: [String: Int], elapsed: Duration) {
        self.samples = samples.sorted { $0.start < $1.start }
        self.errors = errors
        self.elapsed = elapsed
        latencies = samples.filter { $0.status != nil }.map(\.latency).sorted()
    }

    /// The number of responses with each status.
    package var statuses: [Int: Int] {
        samples.reduce(into: [:]) { counts, sample in
            if let status = sample.status { counts[status, default: 0] += 1 }
        }
    }

    package var errorCount: Int { errors.values.reduce(0, +) }
    package var requestsPerSecond: Double { Double(samples.count) / (elapsed / .seconds(1)) }

    /// Returns the latency that this share of the responses did not exceed, or zero without responses. Requests that
    /// ended in an error do not count.
    package func latency(percentile: Double) -> Duration {
        guard !latencies.isEmpty else { return .zero }
        let rank = Int((Double(latencies.count) * percentile / 100).rounded(.up)) - 1
        return latencies[min(max(rank, 0), latencies.count - 1)]
    }

    package var p50: Duration { latency(percentile: 50) }
    package var p99: Duration { latency(percentile: 99) }
    package var maximum: Duration { latencies.last ?? .zero }

    package var description: String {
        let statuses = statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        let errors = errors.map { "\n  \($0.value) times \($0.key)" }.joined()
        return
            "\(samples.count) requests, \(Int(requestsPerSecond))/s, \(statuses); p50 \(p50), p99 \(p99), max \(maximum)"
            + errors
    }
}
