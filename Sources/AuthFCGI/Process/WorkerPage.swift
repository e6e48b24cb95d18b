internal import Synchronization

/// What one worker writes into shared memory and everybody reads. Zero bytes are a valid page, and one process writes
/// it at a time; what it wrote outlives it.
struct WorkerPage: ~Copyable {
    /// When the worker's loop last turned, in nanoseconds of CLOCK_MONOTONIC; 0: not yet.
    let lastTick = Atomic<UInt64>(0)
    /// The raw value of a ``WorkerState``.
    let state = Atomic<UInt64>(0)
    /// The process that writes the page, 0 for none.
    let process = Atomic<UInt64>(0)
    /// What it counted. A worker goes on from where the page's last one stopped, so that sums never go back.
    let counters = WorkerCounters()

    /// Makes the page ready for another process. Nobody may write it any more.
    func reset() {
        lastTick.store(0, ordering: .relaxed)
        state.store(WorkerState.starting.rawValue, ordering: .relaxed)
        process.store(0, ordering: .releasing)
    }
}
