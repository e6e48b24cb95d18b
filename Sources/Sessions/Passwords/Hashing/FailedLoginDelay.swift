internal import EventLoop
internal import Glibc

/// The duration of failed logins, equal for all users: at least twice the time of the most costly hash in use on this
/// machine. It changes in coarse steps, so that the cost of one login's hash shows neither at that login nor at the next
/// one.
struct FailedLoginDelay {
    /// The maximum known cost of the hashes in use, separately for memory, time and time per byte.
    private(set) var highestCost: HashingCost
    /// A Boolean value that indicates whether the hashes in use differ in time.
    private(set) var differs: Bool
    /// The maximum time of a hash on this machine relative to its cost: see ``HashingCalibration``.
    var slowness = 1.0
    /// The highest cost shared by all workers when it was last read.
    private var shared = HashingCost(time: .zero)
    /// The cost of our own hashes, which are also computed for unknown users.
    private let own: HashingCost
    /// The expected highest cost before any login.
    private let expected: HashingCost?

    /// The maximum duration of a failed login.
    static let longest = Duration.seconds(10)
    /// The number of steps per doubling: each step is the square root of two.
    private static let stepsPerOctave = 2.0
    /// The margin for a machine that is busier than during the calibration.
    private static let headroom = 1.25

    /// Creates a delay before any login.
    /// - Parameters:
    ///   - own: The cost of our own hashes.
    ///   - expected: The expected highest cost of other hashes, or nil if none are expected.
    init(own: HashingCost, expecting expected: HashingCost?) {
        self.own = own
        self.expected = expected
        (highestCost, differs) = (own.joined(with: expected ?? own), expected != nil)
    }

    /// Returns the duration of a failed login with a password of `length` bytes. The client knows its own password's
    /// length, so that reveals nothing.
    func time(ofPassword length: Int) -> Duration {
        min(Self.longest, time(of: highestCost.time) + time(of: highestCost.timePerByte) * length)
    }

    /// Returns twice the time of a hash with such a cost, with headroom, rounded up to a step.
    private func time(of cost: Duration) -> Duration {
        guard cost > .zero else { return .zero }
        let steps = log2(2 * cost.seconds * slowness * Self.headroom) * Self.stepsPerOctave
        return .seconds(exp2(steps.rounded(.up) / Self.stepsPerOctave))
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
        if self.shared.exceeds(shared) {
            (highestCost, differs) = (own.joined(with: expected ?? own), expected != nil)
        }
        self.shared = shared
        highestCost = highestCost.joined(with: shared)
        if shared.time > .zero { differs = true }
    }

    /// Records the cost of a hash in use.
    mutating func learn(_ cost: HashingCost) {
        highestCost = highestCost.joined(with: cost)
        if cost.time != own.time || cost.timePerByte != own.timePerByte { differs = true }
    }
}
