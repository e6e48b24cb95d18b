/// The state of a worker at one moment, read from the scoreboard.
struct WorkerSample: Equatable, Sendable {
    /// The time of the event loop's last turn; nil before the first.
    var lastTick: MonotonicInstant?
    var state: WorkerState
}
