/// The reason for killing a worker.
enum KillReason: Equatable, Sendable, CustomStringConvertible {
    /// The event loop has been stalled for this long.
    case hangs(Duration)
    /// The worker did not exit within the time for requests in flight.
    case outstaysGrace
    /// The operator requested an immediate shutdown.
    case impatience

    var description: String {
        switch self {
        case .hangs(let time): "event loop stalled for \(DurationText(time))"
        case .outstaysGrace: "still running after SHUTDOWN_GRACE"
        case .impatience: "immediate shutdown"
        }
    }
}
