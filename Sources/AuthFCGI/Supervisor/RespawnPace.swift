internal import EventLoop

/// How soon a worker that died is followed by another: at once after the first death, later when it keeps dying.
struct RespawnPace: Sendable {
    /// A worker that lived this long did not die of starting.
    static let longLife = Duration.seconds(10)

    private var backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
    private var diedEarly = false

    /// - Parameters:
    ///   - life: how long the worker lived.
    ///   - random: from 0 up to, but not including, 1.
    mutating func delay(afterLifeOf life: Duration, random: Double) -> Duration {
        if life >= Self.longLife {
            backoff.reset()
            diedEarly = false
            return .zero
        }
        defer { diedEarly = true }
        return diedEarly ? backoff.next(random: random) : .zero
    }
}
