internal import DequeModule
package import EventLoop

/// Who is hashed for next, and who is told at once to come back later: so many at a time, in so much memory, and nobody
/// waits longer than is worth it. It only keeps count; time is passed in.
///
/// A login is admitted when it arrives and counts from then on; in the queue it is first come, first served. All are
/// reckoned alike, whatever their hashes cost: whoever sends many logins at once would else learn from the wait, or from
/// who is turned away, what the hashes before it were, and so whether there are such users.
package struct HashingQueue {
    package struct Limits: Sendable {
        /// How many hashes are computed at once.
        package var threads: Int
        /// How much memory they may take together; one that needs more by itself is computed alone.
        package var bytes: Int
        /// How long anybody is made to wait.
        package var wait: Duration

        package init(threads: Int, bytes: Int, wait: Duration) {
            self.threads = threads
            self.bytes = bytes
            self.wait = wait
        }
    }

    /// One login.
    package typealias Number = Int

    /// How much memory the hash in use takes that needs most.
    private var largestHash: Int
    private let limits: Limits
    private var last: Number = 0
    /// Admitted, and not yet ready to be hashed.
    private var arriving: Set<Number> = []
    private var waiting = Deque<Number>()
    /// Those whose turn has come, and when that was.
    private var current: [Number: BootInstant] = [:]
    /// How long a turn takes lately, in seconds.
    private var turn: Double
    /// How many turns have ended, as long as there are so few that each weighs more.
    private var measured = 0.0

    /// How much of the newest turn goes into the mean.
    private static let weight = 0.2
    /// After how many times the mean a turn takes longer than was to be expected.
    private static let late = 1.25

    /// - Parameter usual: what a hash costs as long as none was computed.
    package init(_ limits: Limits, usual: HashingCost) {
        self.limits = limits
        turn = usual.time.seconds
        largestHash = usual.bytes
    }

    /// How many may have their turn at once.
    private var places: Int { min(limits.threads, max(1, limits.bytes / max(1, largestHash))) }

    /// How long a login that arrives now has to wait until it is hashed for, as far as can be told.
    package func expectedWait(at now: BootInstant) -> Duration {
        guard arriving.count + waiting.count + current.count >= places else { return .zero }
        let elapsed = current.values.map { (now - $0).seconds }
        // One that has taken much longer than others did may well take as long again, and so may those behind it.
        let left = elapsed.reduce(0) { $0 + ($1 < turn * Self.late ? max(0, turn - $1) : $1) }
        let longest = max(turn, elapsed.max() ?? 0)
        return .seconds((left + longest * Double(arriving.count + waiting.count)) / Double(places))
    }

    /// How long a login waits at most when it turns out that those before it take longer than was to be expected.
    package var maxWait: Duration { max(limits.wait * 2, .seconds(1)) }

    /// So much memory takes the hash in use that needs most. Less than before counts from when none is under way.
    package mutating func learn(largestHash bytes: Int) {
        largestHash = waiting.isEmpty && current.isEmpty ? bytes : max(bytes, largestHash)
    }

    /// A login arrives.
    /// - Returns: nil: it would have to wait too long.
    package mutating func admit(at now: BootInstant) -> Number? {
        guard expectedWait(at: now) <= limits.wait else { return nil }
        last += 1
        arriving.insert(last)
        return last
    }

    /// An admitted login is ready to be hashed.
    package mutating func enqueue(_ number: Number) {
        arriving.remove(number)
        waiting.append(number)
    }

    /// The login whose turn it is from now on; nil: nobody's.
    package mutating func next(at now: BootInstant) -> Number? {
        guard current.count < places, let first = waiting.popFirst() else { return nil }
        current[first] = now
        return first
    }

    /// When a login's turn has come; nil: it has not, or is over.
    package func turn(of number: Number) -> BootInstant? { current[number] }

    /// A login's turn is over.
    package mutating func finish(_ number: Number, at now: BootInstant) {
        guard let since = current.removeValue(forKey: number) else { return }
        measured = min(measured + 1, 1 / Self.weight)
        turn += ((now - since).seconds - turn) / measured
    }

    /// A login that will not be hashed for: it was given up, wherever it stands.
    package mutating func forget(_ number: Number) {
        if arriving.remove(number) != nil { return }
        if current.removeValue(forKey: number) != nil { return }
        waiting.removeAll { $0 == number }
    }
}
