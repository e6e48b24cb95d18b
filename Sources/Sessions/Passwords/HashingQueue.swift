internal import DequeModule
package import EventLoop

/// Who is hashed for next, and who is told at once to come back later: so many at a time, in so much memory, and nobody
/// waits longer than is worth it. It only keeps count; time is passed in.
///
/// A login is admitted when it arrives, before anybody knows what its hash will cost, and counts from then on. In the
/// queue it is first come, first served: a costly hash is not overtaken by cheap ones while it waits for memory.
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

    private let limits: Limits
    private var last: Number = 0
    /// Admitted, and not yet ready to be hashed.
    private var arriving: Set<Number> = []
    private var waiting = Deque<(number: Number, cost: HashingCost)>()
    private var running: [Number: (cost: HashingCost, since: BootInstant)] = [:]
    /// How many times as long as its cost says a hash takes lately.
    private var slowness = 1.0
    /// How many hashes were done, as long as there are so few that each weighs more.
    private var measured = 0.0
    /// What is reckoned for a login whose hash is not known yet.
    private let usual: HashingCost

    /// How much of the newest hash goes into the mean.
    private static let weight = 0.2

    package init(_ limits: Limits, usual: HashingCost) {
        self.limits = limits
        self.usual = usual
    }

    /// How long a login that arrives now has to wait until it is hashed for, as far as can be told.
    package func expectedWait(at now: BootInstant) -> Duration {
        guard arriving.count + waiting.count + running.count >= limits.threads else { return .zero }
        let before = waiting.reduce(Double(arriving.count) * usual.time.seconds) { $0 + $1.cost.time.seconds }
        let left = running.values.reduce(0) { left, job in
            left + max(0, job.cost.time.seconds * slowness - (now - job.since).seconds)
        }
        return .seconds((before * slowness + left) / Double(limits.threads))
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
    package mutating func enqueue(_ number: Number, _ cost: HashingCost) {
        arriving.remove(number)
        waiting.append((number, cost))
    }

    /// The login whose turn it is, which counts as being hashed from now on; nil: nobody's.
    package mutating func next(at now: BootInstant) -> Number? {
        guard let first = waiting.first, running.count < limits.threads else { return nil }
        let taken = running.values.reduce(0) { $0 + $1.cost.bytes }
        guard running.isEmpty || first.cost.bytes <= limits.bytes - taken else { return nil }
        waiting.removeFirst()
        running[first.number] = (first.cost, now)
        return first.number
    }

    /// A hash is done.
    package mutating func finish(_ number: Number, at now: BootInstant) {
        guard let job = running.removeValue(forKey: number) else { return }
        // What takes next to no time says nothing of the machine.
        let expected = max(job.cost.time.seconds, 0.001)
        measured = min(measured + 1, 1 / Self.weight)
        slowness += ((now - job.since).seconds / expected - slowness) / measured
    }

    /// A login that will not be hashed for: it was given up, wherever it stands.
    package mutating func forget(_ number: Number) {
        if arriving.remove(number) != nil { return }
        if running.removeValue(forKey: number) != nil { return }
        waiting.removeAll { $0.number == number }
    }
}
