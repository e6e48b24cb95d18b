/// The state that a worker reports on the scoreboard.
enum WorkerState: UInt64, CaseIterable, Sendable {
    /// Not ready yet; also the value of an unused slot. → serving, draining
    case starting = 0
    /// Accepts connections. → draining
    case serving = 1
    /// Accepts no more connections, finishes requests in flight, then exits.
    case draining = 2

    /// The name in metrics.
    var name: String {
        switch self {
        case .starting: "starting"
        case .serving: "serving"
        case .draining: "draining"
        }
    }
}
