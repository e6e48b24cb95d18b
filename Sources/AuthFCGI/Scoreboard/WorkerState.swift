/// What a worker says about itself on the scoreboard.
enum WorkerState: UInt64, Sendable {
    /// Not ready yet; the value of a slot that nobody has written. → serving, draining
    case starting = 0
    /// Accepts connections. → draining
    case serving = 1
    /// Accepts nothing more and finishes what it has begun, then ends.
    case draining = 2
}
