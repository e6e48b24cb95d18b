internal import DequeModule
package import EventLoop

/// The queue of logins that wait for hashing: limits the number of concurrent hashes and their memory, and refuses
/// logins that would wait too long. A pure state machine: time is passed in.
///
/// A login is admitted on arrival and counts from then on; the queue is first come, first served. All hashes are
/// assumed to cost the same: otherwise a client that sends many logins at once could learn from the waits, or from the
/// refusals, how costly the hashes before it were, and so which users exist.
package struct HashingQueue {
    /// The limits of a queue.
    package struct Limits: Sendable {
        /// The maximum number of concurrent hashes.
        package var threads: Int
        /// The memory budget for concurrent hashes in bytes. A hash above the budget runs alone.
        package var bytes: Int
        /// The maximum wait of a login, as far as predictable.
        package var wait: Duration

        /// Creates limits.
        /// - Parameters:
        ///   - threads: The maximum number of concurrent hashes.
        ///   - bytes: The memory budget in bytes.
        ///   - wait: The maximum wait of a login.
        package init(threads: Int, bytes: Int, wait: Duration) {
            self.threads = threads
            self.bytes = bytes
            self.wait = wait
        }
    }

    /// The number of a login.
    package typealias Number = Int

    /// The memory of the most demanding hash in use, in bytes.
    private var largestHash: Int
    private let limits: Limits
    private var last: Number = 0
    /// The logins that are admitted but not ready for hashing.
    private var arriving: Set<Number> = []
    private var waiting = Deque<Number>()
    /// The logins whose turn is under way, with its start.
    private var current: [Number: BootInstant] = [:]
    /// The recent mean duration of a turn in seconds.
    private var turn: Double
    /// The number of finished turns, up to the reciprocal of `weight`: the first ones weigh more.
    private var measured = 0.0

    /// The weight of the newest turn in the mean.
    private static let weight = 0.2
    /// The multiple of the mean after which a turn counts as late.
    private static let late = 1.25

    /// Creates an empty queue.
    /// - Parameters:
    ///   - limits: The limits.
    ///   - usual: The assumed cost of a hash before the first measurement.
    package init(_ limits: Limits, usual: HashingCost) {
        self.limits = limits
        turn = usual.time.seconds
        largestHash = usual.bytes
    }

    /// The maximum number of concurrent turns.
    private var slots: Int { min(limits.threads, max(1, limits.bytes / max(1, largestHash))) }

    /// Returns the predicted wait of a login that arrives now.
    package func expectedWait(at now: BootInstant) -> Duration {
        guard arriving.count + waiting.count + current.count >= slots else { return .zero }
        let elapsed = current.values.map { (now - $0).seconds }
        // A turn that has taken much longer than the mean may take as long again, and so may those behind it.
        let left = elapsed.reduce(0) { $0 + ($1 < turn * Self.late ? max(0, turn - $1) : $1) }
        let longest = max(turn, elapsed.max() ?? 0)
        return .seconds((left + longest * Double(arriving.count + waiting.count)) / Double(slots))
    }

    /// The maximum wait of an admitted login if the turns before it take longer than predicted.
    package var maxWait: Duration { max(limits.wait * 2, .seconds(1)) }

    /// Records the memory of the most demanding hash in use. A decrease takes effect once no hash is running.
    package mutating func learn(largestHash bytes: Int) {
        largestHash = waiting.isEmpty && current.isEmpty ? bytes : max(bytes, largestHash)
    }

    /// Admits an arriving login.
    /// - Returns: Nil if it would have to wait too long.
    package mutating func admit(at now: BootInstant) -> Number? {
        guard expectedWait(at: now) <= limits.wait else { return nil }
        last += 1
        arriving.insert(last)
        return last
    }

    /// Enqueues an admitted login that is ready for hashing.
    package mutating func enqueue(_ number: Number) {
        arriving.remove(number)
        waiting.append(number)
    }

    /// Starts the turn of the next login and returns its number; nil if no turn can start.
    package mutating func next(at now: BootInstant) -> Number? {
        guard current.count < slots, let first = waiting.popFirst() else { return nil }
        current[first] = now
        return first
    }

    /// Returns the start of a login's turn, or nil if it has not started or is over.
    package func turn(of number: Number) -> BootInstant? { current[number] }

    /// Ends a login's turn.
    package mutating func finish(_ number: Number, at now: BootInstant) {
        guard let since = current.removeValue(forKey: number) else { return }
        measured = min(measured + 1, 1 / Self.weight)
        turn += ((now - since).seconds - turn) / measured
    }

    /// Removes a login in any state, without measuring its turn.
    package mutating func forget(_ number: Number) {
        if arriving.remove(number) != nil { return }
        if current.removeValue(forKey: number) != nil { return }
        waiting.removeAll { $0 == number }
    }
}
