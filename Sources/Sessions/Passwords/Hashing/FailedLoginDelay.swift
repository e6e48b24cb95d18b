internal import EventLoop

/// How long failed logins take, whoever they are for: at least twice what the slowest hash in use takes here. It moves in
/// coarse steps: what one login's hash has taken must not be seen at that login, nor at the next one.
struct FailedLoginDelay {
    /// What the hashes in use cost at most, as far as is known: no hash needs to be as costly in every way.
    private(set) var highestCost: HashingCost
    /// Whether some hashes in use take longer than others.
    private(set) var differs: Bool
    /// Of a failed login with a short password, and for each byte of it.
    private var time = QuantizedDuration()
    private var timePerByte = QuantizedDuration()
    /// What all workers knew when they were last heard.
    private var shared = HashingCost(time: .zero)
    private var kinds: [HashSpeedClass: Known] = [:]
    /// What a hash of ours costs: somebody's whom nobody knows does too.
    private let own: HashingCost
    /// What is known without any login.
    private let expected: HashingCost?

    /// What is known here of the hashes of a kind.
    private struct Known {
        private(set) var highest = HashingCost(time: .zero)
        private(set) var slowness: HashSpeedEstimate?

        mutating func learn(_ cost: HashingCost) { highest = highest.joined(with: cost) }

        mutating func measured(_ ratio: Double) {
            if slowness == nil { slowness = HashSpeedEstimate(ratio) } else { slowness?.measured(ratio) }
        }
    }

    static let longest = Duration.seconds(10)
    /// Hashes that cost less say more of the machine's other work than of its speed.
    private static let minMeasured = Duration.milliseconds(5)

    /// - Parameters:
    ///   - own: what a hash of ours costs.
    ///   - expected: what others cost at most, before there was any login; nil where there should be none.
    init(own: HashingCost, expecting expected: HashingCost?) {
        self.own = own
        self.expected = expected
        (highestCost, differs) = (own, false)
        forget()
        settle()
    }

    /// How long a failed login with a password of so many bytes takes. Each says himself how long his password is.
    func time(ofPassword length: Int) -> Duration {
        min(Self.longest, .seconds(time.seconds + timePerByte.seconds * Double(length)))
    }

    /// How long at least a failed login with such a password keeps its place in the queue, so that those behind it
    /// cannot tell how long its hash has taken. With hashes that all take the same time there is nothing to be told.
    func placeTime(ofPassword length: Int) -> Duration { differs ? time(ofPassword: length) / 2 : .zero }

    /// What all workers should know, and do not; nil: nothing.
    var news: HashingCost? {
        let usual = own.joined(with: expected ?? own)
        guard highestCost.exceeds(usual) || differs != (expected != nil) else { return nil }
        return highestCost.exceeds(shared) ? highestCost : nil
    }

    /// What all workers together know of the hashes in use. Less than before: an operator has said that such are gone.
    mutating func learn(shared: HashingCost) {
        if self.shared.exceeds(shared) { forget() }
        self.shared = shared
        highestCost = highestCost.joined(with: shared)
        if shared.time > .zero { differs = true }
        settle()
    }

    /// A hash of this kind and cost is in use.
    mutating func learn(_ kind: HashSpeedClass, _ cost: HashingCost) {
        highestCost = highestCost.joined(with: cost)
        if cost.time != own.time || cost.timePerByte != own.timePerByte { differs = true }
        kinds[kind, default: Known()].learn(cost)
        settle()
    }

    /// A hash of this kind has taken so long, where `cost` is that of the password.
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

    /// How many seconds are needed here for what costs most. Kinds whose speed is not known yet are taken to be like the
    /// slowest of the others.
    private func highest(_ part: KeyPath<HashingCost, Duration>) -> Double {
        let usual = kinds.values.compactMap(\.slowness?.ratio).max() ?? 1
        let known = kinds.values.map { $0.highest[keyPath: part].seconds * ($0.slowness?.ratio ?? usual) }.max() ?? 0
        // What all know of, in microseconds, or what is expected, was perhaps never seen here.
        let highest = highestCost[keyPath: part]
        let isSeen = kinds.values.contains { $0.highest[keyPath: part] + .microseconds(1) >= highest }
        return isSeen ? known : max(known, highest.seconds * usual)
    }
}
