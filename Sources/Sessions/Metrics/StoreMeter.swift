internal import EventLoop

/// The counters and histograms of one store, to which its parts add.
@EventLoop
final class StoreMeter {
    /// The counts since they were last taken.
    private(set) var counts = StoreCounts()

    func count(_ metric: StoreMetric, by amount: Int = 1) { counts[metric] += amount }

    /// Adds the time since `start` to a histogram.
    func measure(_ latency: StoreLatency, since start: BootInstant) { counts.add(.now - start, to: latency) }

    /// Returns the counts and resets them to zero.
    func take() -> StoreCounts {
        defer { counts = StoreCounts() }
        return counts
    }
}
