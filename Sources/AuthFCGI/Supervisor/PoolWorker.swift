/// A worker process as the pool knows it.
struct PoolWorker: Equatable, Sendable {
    /// The number of its slot on the scoreboard, which is what logs call it.
    let number: Int
    /// Which reading of the settings it was started with.
    let generation: Int
    /// When it was started.
    let since: MonotonicInstant
}
