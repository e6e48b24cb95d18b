/// What it costs to check one password against a stored hash: known from the hash alone, before anything is run.
package struct HashingCost: Equatable, Sendable {
    /// The memory that the computation holds at its height.
    package let bytes: Int

    /// About what one idle core of a server takes for a short password. For comparing formats and parameters with each
    /// other, not with a clock.
    package let time: Duration

    /// How much more each byte of the password takes: formats that hash it anew in each round need several times as long
    /// for a long one.
    package let timePerByte: Duration

    /// What a stored hash may at most ask for, whatever its format. Some formats are held to less.
    package static let highest = HashingCost(bytes: 256 << 20, time: .seconds(5))

    package init(bytes: Int = 0, time: Duration, timePerByte: Duration = .zero) {
        self.bytes = bytes
        self.time = time
        self.timePerByte = timePerByte
    }

    /// So many repetitions of a step in next to no memory.
    init(steps: Int, nanosecondsEach: Int, nanosecondsPerByte: Int = 0) {
        self.init(time: .nanoseconds(nanosecondsEach) * steps, timePerByte: .nanoseconds(nanosecondsPerByte) * steps)
    }

    /// What one password of so many bytes costs.
    func ofPassword(length: Int) -> HashingCost { HashingCost(bytes: bytes, time: time + timePerByte * length) }

    /// The cost of filling and reading memory `passes` times. Parameters that no machine could run end up above
    /// ``highest``, instead of overflowing.
    init(bytes: Double, passes: Double, nanosecondsPerByte: Double) {
        self.init(
            bytes: Int(min(bytes, Self.beyond)),
            time: .nanoseconds(Int(min(bytes * passes * nanosecondsPerByte, Self.beyond))))
    }

    /// Far above ``highest``, in bytes as in nanoseconds.
    private static let beyond = 1e15

    /// At least the one and the other, whatever the password.
    func joined(with other: HashingCost) -> HashingCost {
        HashingCost(
            bytes: max(bytes, other.bytes), time: max(time, other.time),
            timePerByte: max(timePerByte, other.timePerByte))
    }

    /// Whether it is more than `other` in memory or, with some password, in time.
    package func exceeds(_ other: HashingCost) -> Bool {
        bytes > other.bytes || time > other.time || timePerByte > other.timePerByte
    }
}
