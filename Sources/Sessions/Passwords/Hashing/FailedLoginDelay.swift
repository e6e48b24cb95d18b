internal import EventLoop
internal import Glibc

/// The duration of failed logins, equal for all users: at least twice the time of the most costly hash in use on this
/// machine. It changes in coarse steps, so that the cost of one login's hash shows neither at that login nor at the next
/// one.
struct FailedLoginDelay {
    /// The maximum time of a hash on this machine relative to its cost: see ``HashingCalibration``.
    var slowness = 1.0
    /// The highest cost that all workers have met within a day, when it was last read.
    private var shared = HashingCost(time: .zero)
    /// The highest cost that this worker has met and not shared yet, of hashes that differ from our own.
    private var met: HashingCost?
    /// The highest cost that this worker has shared within ``noteInterval``, and since when.
    private var noted: (cost: HashingCost, since: BootInstant)?
    /// The cost of our own hashes, which are also computed for unknown users.
    private let own: HashingCost
    /// The expected highest cost before any login.
    private let expected: HashingCost?

    /// The interval at which a worker shares that it still meets hashes of such a cost. What no worker has met for a day is
    /// forgotten.
    static let noteInterval = Duration.seconds(3600)
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
    }

    /// The cost of our own hashes and of those expected.
    private var usual: HashingCost { own.joined(with: expected ?? own) }

    /// The maximum known cost of the hashes in use, separately for memory, time and time per byte.
    var highestCost: HashingCost {
        let known = usual.joined(with: shared)
        return met.map { known.joined(with: $0) } ?? known
    }

    /// A Boolean value that indicates whether the hashes in use differ in time.
    private var differs: Bool { expected != nil || met != nil || shared.time > .zero }

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

    /// The highest cost that should be shared with all workers, or nil if there is nothing new.
    var news: HashingCost? { met }

    /// Records the highest cost shared by all workers. A lower one than before means that no worker has met such a hash for a
    /// day, or that an operator has reset it.
    mutating func learn(shared: HashingCost) {
        if self.shared.exceeds(shared) { (met, noted) = (nil, nil) }
        self.shared = shared
    }

    /// Records that ``news`` was shared.
    mutating func learn(noted cost: HashingCost, at now: BootInstant) {
        shared = shared.joined(with: cost)
        if let met, !met.exceeds(cost) { self.met = nil }
        if let noted, now - noted.since < Self.noteInterval {
            self.noted = (noted.cost.joined(with: cost), noted.since)
        } else {
            noted = (cost, now)
        }
    }

    /// Records the cost of a hash in use.
    mutating func learn(_ cost: HashingCost, at now: BootInstant) {
        let isUsual = expected == nil ? cost.isTimed(as: own) && !cost.exceeds(own) : !cost.exceeds(usual)
        guard !isUsual else { return }
        if let noted, now - noted.since < Self.noteInterval, !cost.exceeds(noted.cost) { return }
        met = met.map { $0.joined(with: cost) } ?? cost
    }
}

extension HashingCost {
    /// Returns whether hashes of both costs take the same time for every password.
    fileprivate func isTimed(as other: HashingCost) -> Bool {
        time == other.time && timePerByte == other.timePerByte
    }
}
