/// A worker process of the pool.
struct PoolWorker: Equatable, Sendable {
    /// The number of the process's slot on the scoreboard, by which the pool and the supervisor know the process.
    let slot: Int
    /// The number of the pool's slot, which identifies the worker in logs. Its successor has the same.
    let number: Int
    /// The generation of the settings with which it was started.
    let generation: Int
    /// The start time.
    let since: MonotonicInstant
}
