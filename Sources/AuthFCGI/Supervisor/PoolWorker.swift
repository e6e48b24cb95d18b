/// A worker process of the pool.
struct PoolWorker: Equatable, Sendable {
    /// The number of the worker's scoreboard slot, which identifies the worker in logs.
    let number: Int
    /// The generation of the settings with which it was started.
    let generation: Int
    /// The start time.
    let since: MonotonicInstant
}
