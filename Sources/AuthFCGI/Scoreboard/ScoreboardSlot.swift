internal import EventLoop
internal import Sessions
internal import Synchronization

/// The part of the shared memory that one process writes and all processes read. All-zero memory is a valid slot. One
/// process at a time writes it, and the counters outlive that process.
struct ScoreboardSlot: ~Copyable {
    /// The time of the event loop's last turn, in nanoseconds of CLOCK_MONOTONIC; 0 before the first.
    let lastTick: Atomic<UInt64>
    /// The raw value of a ``WorkerState``.
    let state: Atomic<UInt64>
    /// The number of times that a store has refused the worker's user or password, since the supervisor last looked.
    let refusedLogins: Atomic<UInt64>
    /// The number of the worker; in the supervisor's slot how many slots workers have used.
    let number: Atomic<UInt64>
    let pid: Atomic<UInt64>
    /// The start of the process, in nanoseconds since boot.
    let startedAt: Atomic<UInt64>
    /// All other values: see ``ScoreboardLayout``. A process continues from the counters and histograms of the slot's
    /// previous process, so that sums never decrease.
    private let cells: InlineArray<500, Atomic<UInt64>>

    /// The number of cells.
    static let capacity = 500

    // Only the process that writes the slot calls the following three: a single writer needs no atomic addition.

    /// Adds to a counter.
    func count(_ metric: Metric, by amount: UInt64 = 1) {
        let index = metric.index
        add(amount, to: ScoreboardLayout.countersStart + index)
        guard ScoreboardLayout.isTrouble[index] else { return }
        store(UInt64(BootInstant.now.nanoseconds), in: ScoreboardLayout.risesStart + index)
    }

    /// Adds a duration to a histogram.
    func measure(_ latency: LatencyMetric, nanoseconds: Int64) {
        let start = latency.index * ScoreboardLayout.histogramSize
        add(1, to: start + LatencyBuckets.index(ofNanoseconds: nanoseconds))
        add(UInt64(max(0, nanoseconds)), to: start + LatencyBuckets.count)
    }

    /// Adds a whole histogram to another one.
    func add(_ histogram: LatencyHistogram, to latency: LatencyMetric) {
        let start = latency.index * ScoreboardLayout.histogramSize
        for (bucket, count) in histogram.counts.enumerated() where count > 0 { add(UInt64(count), to: start + bucket) }
        add(UInt64(histogram.nanoseconds), to: start + LatencyBuckets.count)
    }

    /// Sets a gauge; nil for no value.
    func set(_ gauge: Gauge, to value: UInt64?) {
        // Zero is no value.
        store(value.map { $0 &+ 1 } ?? 0, in: ScoreboardLayout.gaugesStart + gauge.rawValue)
    }

    /// Records which process writes the slot from now on.
    func introduce(pid: Int32, at now: BootInstant) {
        self.pid.store(UInt64(pid), ordering: .relaxed)
        startedAt.store(UInt64(now.nanoseconds), ordering: .releasing)
    }

    /// The value of a counter.
    func value(of metric: Metric) -> UInt64 { load(ScoreboardLayout.countersStart + metric.index) }

    /// The time when a counter with a trouble rose last, in nanoseconds since boot; 0 if it never did.
    func lastRise(of metric: Metric) -> UInt64 { load(ScoreboardLayout.risesStart + metric.index) }

    /// The value of a gauge; nil if there is none.
    func value(of gauge: Gauge) -> UInt64? {
        let stored = load(ScoreboardLayout.gaugesStart + gauge.rawValue)
        return stored == 0 ? nil : stored - 1
    }

    /// One cell of a histogram: the number of durations in a bucket, or after the last bucket the sum in nanoseconds.
    func value(of latency: LatencyMetric, at offset: Int) -> UInt64 {
        load(latency.index * ScoreboardLayout.histogramSize + offset)
    }

    /// Prepares the slot for another process. No process may be writing it.
    func reset() {
        lastTick.store(0, ordering: .relaxed)
        startedAt.store(0, ordering: .relaxed)
        refusedLogins.store(0, ordering: .relaxed)
        for gauge in Gauge.allCases { set(gauge, to: nil) }
        state.store(WorkerState.starting.rawValue, ordering: .releasing)
    }

    private func load(_ cell: Int) -> UInt64 { cells[cell].load(ordering: .relaxed) }
    private func store(_ value: UInt64, in cell: Int) { cells[cell].store(value, ordering: .relaxed) }
    private func add(_ amount: UInt64, to cell: Int) {
        cells[cell].store(cells[cell].load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}
