/// The cost of checking one password against a stored hash, known from the hash alone.
package struct HashingCost: Equatable, Sendable {
    /// The peak memory of the computation in bytes.
    package let bytes: Int

    /// The approximate time on an idle core of a server for a short password. For comparing formats and parameters, not
    /// for predicting measured times.
    package let time: Duration

    /// The additional time for each byte of the password: formats that hash it in each round need several times as long
    /// for a long one.
    package let timePerByte: Duration

    /// The absolute limit for stored hashes of any format, with the longest password. Some formats have lower limits.
    package static let highest = HashingCost(bytes: 256 << 20, time: .seconds(5))

    /// Creates a cost.
    /// - Parameters:
    ///   - bytes: The peak memory in bytes.
    ///   - time: The time for a short password.
    ///   - timePerByte: The additional time for each byte of the password.
    package init(bytes: Int = 0, time: Duration, timePerByte: Duration = .zero) {
        self.bytes = bytes
        self.time = time
        self.timePerByte = timePerByte
    }

    /// Creates the cost of repeating a step with negligible memory.
    init(steps: Int, nanosecondsEach: Int, nanosecondsPerByte: Int = 0) {
        self.init(time: .nanoseconds(nanosecondsEach) * steps, timePerByte: .nanoseconds(nanosecondsPerByte) * steps)
    }

    /// Returns the cost for a password of `length` bytes.
    func ofPassword(length: Int) -> HashingCost { HashingCost(bytes: bytes, time: time + timePerByte * length) }

    /// Creates the cost of filling and reading memory `passes` times. Parameters that no machine could run yield a cost
    /// above ``highest`` instead of an overflow.
    init(bytes: Double, passes: Double, nanosecondsPerByte: Double) {
        self.init(
            bytes: Int(min(bytes, Self.beyond)),
            time: .nanoseconds(Int(min(bytes * passes * nanosecondsPerByte, Self.beyond))))
    }

    /// Far above ``highest``, in bytes as in nanoseconds.
    private static let beyond = 1e15

    /// Returns the maximum of both costs, separately for memory, time and time per byte.
    func joined(with other: HashingCost) -> HashingCost {
        HashingCost(
            bytes: max(bytes, other.bytes), time: max(time, other.time),
            timePerByte: max(timePerByte, other.timePerByte))
    }

    /// Returns whether this cost is higher than `other` in memory or, for some password, in time.
    package func exceeds(_ other: HashingCost) -> Bool {
        bytes > other.bytes || time > other.time || timePerByte > other.timePerByte
    }
}
