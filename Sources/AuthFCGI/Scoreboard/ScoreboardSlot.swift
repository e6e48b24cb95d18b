internal import Synchronization

/// What one worker writes into shared memory and everybody reads. Zero bytes are a valid slot, and one process writes
/// it at a time; what it wrote outlives it.
struct ScoreboardSlot: ~Copyable {
    /// When the worker's loop last turned, in nanoseconds of CLOCK_MONOTONIC; 0: not yet.
    let lastTick: Atomic<UInt64>
    /// The raw value of a ``WorkerState``.
    let state: Atomic<UInt64>
    /// By ``Metric/index``. A worker goes on from where the slot's last one stopped, so that sums never go back.
    private let counters: InlineArray<256, Atomic<UInt64>>

    /// The value of one counter.
    func value(of metric: Metric) -> UInt64 { counters[metric.index].load(ordering: .relaxed) }

    /// Adds to a counter. Only the process that writes the slot may: with one writer there is no need for an atomic
    /// addition.
    func count(_ metric: Metric, by amount: UInt64 = 1) {
        counters[metric.index].store(value(of: metric) &+ amount, ordering: .relaxed)
    }

    /// Makes the slot ready for another process. Nobody may write it any more.
    func reset() {
        lastTick.store(0, ordering: .relaxed)
        state.store(WorkerState.starting.rawValue, ordering: .releasing)
    }
}
