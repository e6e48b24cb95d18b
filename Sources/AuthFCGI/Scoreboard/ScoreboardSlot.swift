internal import Synchronization

/// The part of the shared memory that one worker writes and all processes read. All-zero memory is a valid slot. One
/// process at a time writes it, and the values outlive that process.
struct ScoreboardSlot: ~Copyable {
    /// The time of the event loop's last turn, in nanoseconds of CLOCK_MONOTONIC; 0 before the first.
    let lastTick: Atomic<UInt64>
    /// The raw value of a ``WorkerState``.
    let state: Atomic<UInt64>
    /// The number of times that a store has refused the worker's user or password, since the supervisor last looked.
    let refusedLogins: Atomic<UInt64>
    /// The counters by ``Metric/index``. A worker continues from the values of the slot's previous worker, so that sums
    /// never decrease.
    private let counters: InlineArray<256, Atomic<UInt64>>

    /// The value of one counter.
    func value(of metric: Metric) -> UInt64 { counters[metric.index].load(ordering: .relaxed) }

    /// Adds to a counter. Only for the process that writes the slot: a single writer needs no atomic addition.
    func count(_ metric: Metric, by amount: UInt64 = 1) {
        counters[metric.index].store(value(of: metric) &+ amount, ordering: .relaxed)
    }

    /// Prepares the slot for another process. No process may be writing it.
    func reset() {
        lastTick.store(0, ordering: .relaxed)
        state.store(WorkerState.starting.rawValue, ordering: .releasing)
    }
}
