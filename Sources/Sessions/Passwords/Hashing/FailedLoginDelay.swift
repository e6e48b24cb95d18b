internal import EventLoop

/// The duration of failed logins, equal for all users: at least twice the time of the slowest hash in use on this
/// machine. It moves in coarse steps, so that the time of one login's hash shows neither at that login nor at the next
/// one.
struct FailedLoginDelay {
    /// The maximum known cost of the hashes in use, separately for memory, time and time per byte.
    private(set) var highestCost: HashingCost
    /// A Boolean value that indicates whether the hashes in use differ in time.
    private(set) var differs: Bool
    /// The duration of a failed login with a short password, and the addition for each byte of it.
    private var time = QuantizedDuration()
    private var timePerByte = QuantizedDuration()
    /// The highest cost shared by all workers when it was last read.
    private var shared = HashingCost(time: .zero)
    private var kinds: [HashSpeedClass: Known] = [:]
    /// The cost of our own hashes, which are also computed for unknown users.
    private let own: HashingCost
    /// The expected highest cost before any login.
    private let expected: HashingCost?

    /// The knowledge about the hashes of one class.
    private struct Known {
        private(set) var highest = HashingCost(time: .zero)
        private(set) var slowness: HashSpeedEstimate?

        mutating func learn(_ cost: HashingCost) { highest = highest.joined(with: cost) }

        mutating func measured(_ ratio: Double) {
            if slowness == nil { slowness = HashSpeedEstimate(ratio) } else { slowness?.measured(ratio) }
        }
    }

    /// The maximum duration of a failed login.
    static let longest = Duration.seconds(10)
    /// The shortest time that is measured: below it, other work of the machine dominates.
    private static let minMeasured = Duration.milliseconds(5)

    /// Creates a delay before any login.
    /// - Parameters:
    ///   - own: The cost of our own hashes.
    ///   - expected: The expected highest cost of other hashes, or nil if none are expected.
    init(own: HashingCost, expecting expected: HashingCost?) {
        self.own = own
        self.expected = expected
        (highestCost, differs) = (own, false)
        forget()
        settle()
    }

    /// Returns the duration of a failed login with a password of `length` bytes. The client knows its own password's
    /// length, so that reveals nothing.
    func time(ofPassword length: Int) -> Duration {
        min(Self.longest, .seconds(time.seconds + timePerByte.seconds * Double(length)))
    }

    /// Returns the minimum time for which a failed login with such a password occupies its slot, so that logins behind
    /// it cannot measure its hash. Zero if all hashes take the same time.
    func turnTime(ofPassword length: Int) -> Duration { differs ? time(ofPassword: length) / 2 : .zero }

    /// The highest cost that should be shared with all workers, or nil if it is shared already.
    var news: HashingCost? {
        let usual = own.joined(with: expected ?? own)
        guard highestCost.exceeds(usual) || differs != (expected != nil) else { return nil }
        return highestCost.exceeds(shared) ? highestCost : nil
    }

    /// Records the highest cost shared by all workers. A lower one than before means that an operator has reset it.
    mutating func learn(shared: HashingCost) {
        if self.shared.exceeds(shared) { forget() }
        self.shared = shared
        highestCost = highestCost.joined(with: shared)
        if shared.time > .zero { differs = true }
        settle()
    }

    /// Records a hash in use.
    mutating func learn(_ kind: HashSpeedClass, _ cost: HashingCost) {
        highestCost = highestCost.joined(with: cost)
        if cost.time != own.time || cost.timePerByte != own.timePerByte { differs = true }
        kinds[kind, default: Known()].learn(cost)
        settle()
    }

    /// Records a measured time, where `cost` is the estimate for the same password.
    mutating func measured(_ kind: HashSpeedClass, _ cost: Duration, took: Duration) {
        guard cost >= Self.minMeasured else { return }
        kinds[kind, default: Known()].measured(took.seconds / cost.seconds)
        settle()
    }

    private mutating func forget() {
        highestCost = own.joined(with: expected ?? own)
        differs = expected != nil
        kinds = [:]
        kinds[HashSpeedClass(.argon2id, own), default: Known()].learn(own)
    }

    private mutating func settle() {
        time.settle(atLeast: 2 * highest(\.time))
        timePerByte.settle(atLeast: 2 * highest(\.timePerByte))
    }

    /// Returns the time in seconds of the most costly hash on this machine. Classes without a measurement are assumed
    /// to be as slow as the slowest measured one.
    private func highest(_ part: KeyPath<HashingCost, Duration>) -> Double {
        let usual = kinds.values.compactMap(\.slowness?.ratio).max() ?? 1
        let known = kinds.values.map { $0.highest[keyPath: part].seconds * ($0.slowness?.ratio ?? usual) }.max() ?? 0
        // The shared cost, in microseconds, or the expected one may belong to a hash never seen here.
        let highest = highestCost[keyPath: part]
        let isSeen = kinds.values.contains { $0.highest[keyPath: part] + .microseconds(1) >= highest }
        return isSeen ? known : max(known, highest.seconds * usual)
    }
}
