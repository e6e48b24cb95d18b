internal import EventLoop

/// How long failed logins take, whoever they are for: two to four times what the slowest hash in use takes here. It moves in
/// coarse steps, and reluctantly: what one login's hash has taken must not be seen at that login, nor at the next one.
struct FailureTime {
    /// What the slowest hash in use costs, as far as is known: ``HashingCost/time``.
    private(set) var slowestHash: Duration
    /// How long a failed login takes.
    private(set) var time = lowest
    /// What all workers knew when they were last heard.
    private var shared = Duration.zero
    /// How many times as long as its cost says a hash takes here, by its format: costs are estimates.
    private var slowness: [PasswordFormat: (ratio: Double, measurements: Double)] = [:]
    /// What our own hashes cost.
    private let ownHash: Duration

    private static let lowest = Duration.milliseconds(10)
    static let highest = Duration.seconds(10)
    private static let step = 2.0.squareRoot()
    private static let headroom = 1.25
    /// How much of a new measurement goes into the mean of its format.
    private static let weight = 0.05
    /// Hashes that cost less say more of the machine's other work than of its speed.
    private static let shortestMeasured = Duration.milliseconds(5)

    init(ownHash: Duration) {
        self.ownHash = ownHash
        slowestHash = ownHash
        settle()
    }

    /// All workers together know of a hash of this cost. Less than before: an operator has said that such are gone.
    mutating func learn(shared: Duration) {
        if shared < self.shared {
            slowestHash = ownHash
            slowness = [:]
        }
        self.shared = shared
        learn(hash: shared)
    }

    /// A hash of this cost is in use.
    mutating func learn(hash cost: Duration) {
        slowestHash = max(slowestHash, cost)
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
        let needed = 2 * slowestHash.seconds * (slowness.values.map(\.ratio).max() ?? 1)
        if time.seconds > needed * 6 { time = Self.lowest }
        guard time.seconds < needed else { return }
        while time.seconds < needed * Self.headroom, time < Self.highest { time = min(Self.highest, time * Self.step) }
    }
}
