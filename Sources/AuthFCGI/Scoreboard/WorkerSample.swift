/// What the scoreboard says about a worker at one moment.
struct WorkerSample: Equatable, Sendable {
    /// When its loop last turned; nil: not yet.
    var lastTick: MonotonicInstant?
    var state: WorkerState
}
