/// Distinguishes a second stop request from an echo of the first: systemd signals every process of a unit, and
/// `timeout` signals a process and then its group, so one request may arrive as several signals.
struct StopSignals: Sendable {
    /// The time after the first signal within which others belong to the same request.
    static let echo = Duration.milliseconds(500)

    enum Answer: Equatable, Sendable {
        /// The first request: finish requests in flight, then exit.
        case finish
        /// An echo of the first request.
        case ignore
        /// A second request: exit immediately.
        case endAtOnce
    }

    private var first: MonotonicInstant?

    mutating func request(at now: MonotonicInstant) -> Answer {
        guard let first else {
            self.first = now
            return .finish
        }
        return now - first < Self.echo ? .ignore : .endAtOnce
    }
}
