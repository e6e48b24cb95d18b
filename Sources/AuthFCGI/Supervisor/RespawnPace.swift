internal import EventLoop

/// The delay before a dead worker is replaced: none after the first early death, increasing while early deaths
/// continue.
struct RespawnPace: Sendable {
    /// The lifetime from which a death does not count as early.
    static let longLife = Duration.seconds(10)

    private var backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
    private var diedEarly = false

    /// Returns the delay before the next start.
    /// - Parameters:
    ///   - life: the lifetime of the worker that died.
    ///   - random: a number in `0..<1`.
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
