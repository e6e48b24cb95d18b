/// Tells a second request to end from the echo of the first: systemd signals every process of a unit, `timeout` a
/// process and then its group, so that one wish may arrive as several signals.
struct StopSignals: Sendable {
    /// Signals closer to the first than this belong to it.
    static let echo = Duration.milliseconds(500)

    enum Answer: Equatable, Sendable {
        /// The first request: finish, then end.
        case finish
        /// The same request again.
        case ignore
        /// Somebody does not want to wait.
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
