internal import EventLoop
internal import Glibc

/// How long failed logins take, whoever they are for: at least twice what the slowest hash in use takes here. It moves in
/// coarse steps, and reluctantly: what one login's hash has taken must not be seen at that login, nor at the next one.
struct FailureTime {
    /// What the hashes in use cost at most, as far as is known: no hash needs to be as costly in every way.
    private(set) var highestCost: HashingCost
    /// Whether some hashes in use take longer than others.
    private(set) var differs: Bool
    /// How long a failed login with a short password takes.
    private var time = lowest
    /// What all workers knew when they were last heard.
    private var shared = HashingCost(time: .zero)
    private var formats: [PasswordFormat: Format] = [:]
    /// What a hash of ours costs: somebody's whom nobody knows does too.
    private let own: HashingCost
    /// What is known without any login.
    private let expected: HashingCost?

    /// What is known here of a format in use.
    private struct Format {
        /// What the slowest of its hashes costs with a short password.
        private(set) var slowest = Duration.zero
        private(set) var slowness: HashingSlowness?

        mutating func learn(_ cost: Duration) { slowest = max(slowest, cost) }

        mutating func measured(_ ratio: Double) {
            if slowness == nil { slowness = HashingSlowness(ratio) } else { slowness?.measured(ratio) }
        }
    }

    private static let lowest = Duration.milliseconds(10)
    static let highest = Duration.seconds(10)
    private static let step = 2.0.squareRoot()
    private static let headroom = 1.25
    /// From how many times as long as it need be it is shortened.
    private static let excess = 3.0
    /// Hashes that cost less say more of the machine's other work than of its speed.
    private static let shortestMeasured = Duration.milliseconds(5)

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
        min(Self.highest, time * (1 + Self.coarse(highestCost.timePerByte / highestCost.time) * Double(length)))
    }

    /// How long at least a failed login with such a password keeps its place in the queue, so that those behind it
    /// cannot tell how long its hash has taken. With hashes that all take the same time there is nothing to be told.
    func placeTime(ofPassword length: Int) -> Duration { differs ? time(ofPassword: length) / 2 : .zero }

    /// What all workers together know of the hashes in use. Less than before: an operator has said that such are gone.
    mutating func learn(shared: HashingCost) {
        if self.shared.exceeds(shared) { forget() }
        self.shared = shared
        join(shared)
        if shared.exceeds(own) { differs = true }
        settle()
    }

    /// A hash of this format and cost is in use.
    mutating func learn(_ format: PasswordFormat, _ cost: HashingCost) {
        join(cost)
        if cost.time != own.time || cost.timePerByte != own.timePerByte { differs = true }
        formats[format, default: Format()].learn(cost.time)
        settle()
    }

    /// A hash of this format and cost has taken so long.
    mutating func measured(_ format: PasswordFormat, _ cost: Duration, took: Duration) {
        guard cost >= Self.shortestMeasured else { return }
        let ratio = took.seconds / cost.seconds
        formats[format, default: Format()].measured(ratio)
        settle()
    }

    private mutating func join(_ cost: HashingCost) { highestCost = highestCost.joined(with: cost) }

    private mutating func forget() {
        highestCost = own.joined(with: expected ?? own)
        differs = expected != nil
        formats = [:]
    }

    /// Goes up when it has to, so far that it need not soon again, and down only when it is far too long.
    private mutating func settle() {
        let needed = 2 * longest
        if time.seconds > needed * Self.excess { time = Self.lowest }
        guard time.seconds < needed else { return }
        while time.seconds < needed * Self.headroom, time < Self.highest { time = min(Self.highest, time * Self.step) }
    }

    /// How many seconds the slowest hash takes here with a short password. Formats whose speed is not known yet are
    /// taken to be like the slowest of the others.
    private var longest: Double {
        let usual = formats.values.compactMap(\.slowness?.ratio).max() ?? 1
        let known = formats.values.map { $0.slowest.seconds * ($0.slowness?.ratio ?? usual) }.max() ?? 0
        // What all know of, in microseconds, or what is expected, was perhaps never seen here.
        let isSeen = formats.values.contains { $0.slowest + .microseconds(1) >= highestCost.time }
        return isSeen ? known : max(known, highestCost.time.seconds * usual)
    }

    /// The next power of ``step``, the square root of two.
    private static func coarse(_ value: Double) -> Double {
        value > 0 ? exp2((log2(value) * 2).rounded(.up) / 2) : 0
    }
}
