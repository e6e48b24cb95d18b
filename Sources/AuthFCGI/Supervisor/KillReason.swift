/// Why a worker is not let live.
enum KillReason: Equatable, Sendable, CustomStringConvertible {
    /// Its loop has not turned for this long.
    case hangs(Duration)
    /// It was told to end and has not within its time.
    case outstaysGrace
    /// The operator does not want to wait.
    case impatience

    var description: String {
        switch self {
        case .hangs(let time): "its loop has stood still for \(DurationText(time))"
        case .outstaysGrace: "it was told to end and has not"
        case .impatience: "everything is to end at once"
        }
    }
}
