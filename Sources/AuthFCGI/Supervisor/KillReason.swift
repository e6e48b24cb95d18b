/// Why a worker is killed.
enum KillReason: Equatable, Sendable, CustomStringConvertible {
    /// Its event loop has not turned for this long.
    case hangs(Duration)
    /// It was told to end and has not within its time.
    case outstaysGrace
    /// The operator does not want to wait.
    case impatience

    var description: String {
        switch self {
        case .hangs(let time): "event loop stalled for \(DurationText(time))"
        case .outstaysGrace: "still running after SHUTDOWN_GRACE"
        case .impatience: "immediate shutdown"
        }
    }
}
