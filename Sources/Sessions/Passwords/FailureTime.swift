internal import EventLoop
internal import Glibc

/// How long failed logins take, whoever they are for: at least twice what the slowest hash in use takes here. It moves in
/// coarse steps, and reluctantly: what one login's hash has taken must not be seen at that login, nor at the next one.
struct FailureTime {
    /// What the slowest hash in use costs, as far as is known.
    private(set) var slowestHash: HashingTime
    /// How long a failed login with a short password takes.
    private var time = lowest
    /// What all workers knew when they were last heard.
    private var shared = HashingTime(short: .zero)
    /// How many times as long as its cost says a hash takes here, by its format: costs are estimates.
    private var slowness: [PasswordFormat: (ratio: Double, measurements: Double)] = [:]
    /// What is known without any login.
    private let expected: HashingTime

    private static let lowest = Duration.milliseconds(10)
    static let highest = Duration.seconds(10)
    private static let step = 2.0.squareRoot()
    private static let headroom = 1.25
    /// How much of a new measurement goes into the mean of its format.
    private static let weight = 0.05
    /// Hashes that cost less say more of the machine's other work than of its speed.
    private static let shortestMeasured = Duration.milliseconds(5)

    /// - Parameter expected: what the slowest hash is before there was any login.
    init(expecting expected: HashingTime) {
        self.expected = expected
        slowestHash = expected
        settle()
    }

    /// How long a failed login with a password of so many bytes takes. Each says himself how long his password is.
    func time(ofPassword length: Int) -> Duration {
        min(Self.highest, time * (1 + Self.coarse(slowestHash.perByte / slowestHash.short) * Double(length)))
    }

    /// All workers together know of a hash of this cost. Less than before: an operator has said that such are gone.
    mutating func learn(shared: HashingTime) {
        if self.shared.exceeds(shared) {
            slowestHash = expected
            slowness = [:]
        }
        self.shared = shared
        learn(hash: shared)
    }

    /// A hash of this cost is in use.
    mutating func learn(hash cost: HashingTime) {
        slowestHash = slowestHash.joined(with: cost)
        settle()
    }

    /// A hash of this format and cost has taken so long.
    mutating func measured(_ format: PasswordFormat, _ cost: Duration, took: Duration) {
        guard cost >= Self.shortestMeasured else { return }
        let ratio = took.seconds / cost.seconds
        // The first ones count for more: nobody knows which of them is an outlier.
        let (mean, before) = slowness[format] ?? (ratio, 0)
        let measurements = min(before + 1, 1 / Self.weight)
        slowness[format] = (mean + (ratio - mean) / measurements, measurements)
        settle()
    }

    /// Goes up when it has to, so far that it need not soon again, and down only when it is far too long.
    private mutating func settle() {
        let needed = 2 * slowestHash.short.seconds * (slowness.values.map(\.ratio).max() ?? 1)
        if time.seconds > needed * 6 { time = Self.lowest }
        guard time.seconds < needed else { return }
        while time.seconds < needed * Self.headroom, time < Self.highest { time = min(Self.highest, time * Self.step) }
    }

    /// The next power of ``step``, the square root of two.
    private static func coarse(_ value: Double) -> Double {
        value > 0 ? exp2((log2(value) * 2).rounded(.up) / 2) : 0
    }
}
