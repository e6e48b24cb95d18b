/// The state that a worker reports on the scoreboard.
enum WorkerState: UInt64, Sendable {
    /// Not ready yet; also the value of an unused slot. → serving, draining
    case starting = 0
    /// Accepts connections. → draining
    case serving = 1
    /// Accepts no more connections, finishes requests in flight, then exits.
    case draining = 2
}
