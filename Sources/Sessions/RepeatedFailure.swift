internal import EventLoop

/// Decides when a failure that many requests meet is worth a line in the log: when it begins, when it becomes another
/// one, and once a minute while it lasts; never more than once a second.
struct RepeatedFailure {
    private static let pause = Duration.seconds(60)
    private static let minPause = Duration.seconds(1)

    private var last: (reason: String, said: BootInstant)?
    /// Whether it was said, and not that it is over.
    private var isOpen = false

    /// Whether to say so.
    mutating func failed(_ reason: String, at now: BootInstant) -> Bool {
        if let last, now - last.said < (last.reason == reason ? Self.pause : Self.minPause) { return false }
        last = (reason, now)
        isOpen = true
        return true
    }

    /// Whether to say that it works again.
    mutating func succeeded() -> Bool {
        defer { isOpen = false }
        return isOpen
    }
}
