/// What the board says about a worker at one moment.
struct WorkerReading: Equatable, Sendable {
    /// When its loop last turned; nil: not yet.
    var lastTick: MonotonicInstant?
    var state: WorkerState
}
