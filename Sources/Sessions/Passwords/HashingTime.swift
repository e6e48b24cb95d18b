internal import EventLoop

/// What is reckoned for a hash, by the length of the password: see ``HashingCost``.
package struct HashingTime: Equatable, Sendable {
    /// For a short password.
    package let short: Duration
    /// And each byte of it.
    package let perByte: Duration

    package init(short: Duration, perByte: Duration = .zero) {
        self.short = short
        self.perByte = perByte
    }

    init(_ cost: HashingCost) { self.init(short: cost.time, perByte: cost.timePerByte) }

    /// At least the one and the other, whatever the password.
    func joined(with other: HashingTime) -> HashingTime {
        HashingTime(short: max(short, other.short), perByte: max(perByte, other.perByte))
    }

    /// Whether some password takes longer than by `other`.
    package func exceeds(_ other: HashingTime) -> Bool { short > other.short || perByte > other.perByte }
}
