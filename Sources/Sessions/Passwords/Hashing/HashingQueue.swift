package import EventLoop

/// The queue of logins that wait for hashing: limits the number of concurrent hashes and their memory, and refuses
/// logins that would wait too long. A pure state machine: time is passed in.
///
/// A login is admitted on arrival and counts from then on. Sites take turns, and so do the networks of a site: see
/// ``FairQueue``. So a login waits for, and is refused because of, the logins of its own network, one of each other network of
/// its site for each of these, and one of each other site for each of all these. Of logins that arrive with the same name
/// only as many count as the throttle admits at once.
///
/// All hashes are assumed to cost the same: otherwise a client that sends many logins at once could learn from the waits,
/// or from the refusals, how costly the hashes before it were, and so which users exist.
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
    private var arriving: [Number: Arrival] = [:]
    private var waiting = FairQueue<Login>()
    /// The logins without a turn that count in predictions.
    private var ahead = Shares(capacity: .max)
    /// The logins whose turn is under way, with its start.
    private var current: [Number: BootInstant] = [:]
    /// The recent mean duration of a turn in seconds.
    private var turn: Double
    /// The number of finished turns, up to the reciprocal of `weight`: the first ones weigh more.
    private var measured = 0.0

    private struct Login {
        let number: Number
        let requester: Requester
    }

    private struct Arrival {
        let requester: Requester
        /// False if enough other logins of the name count.
        let counts: Bool
    }

    /// The maximum number of logins of a name that count while the throttle has not admitted them: as many as it admits at
    /// once, at addresses that are new to the user.
    private static let countedArrivals = 10
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
    package func expectedWait(for requester: Requester, at now: BootInstant) -> Duration {
        guard ahead.taken + current.count >= slots else { return .zero }
        let elapsed = current.values.map { (now - $0).seconds }
        // A turn that has taken much longer than the mean may take as long again, and so may those behind it.
        let left = elapsed.reduce(0) { $0 + ($1 < turn * Self.late ? max(0, turn - $1) : $1) }
        let longest = max(turn, elapsed.max() ?? 0)
        return .seconds((left + longest * Double(countAhead(of: requester))) / Double(slots))
    }

    /// Returns the number of logins that would have their turn before one that arrives now.
    private func countAhead(of requester: Requester) -> Int {
        guard let network = requester.network else { return ahead.taken }
        let (own, site) = (ahead.networks[network, default: 0], network.site)
        var inSite = own
        for (other, count) in ahead.networks where other != network && other.site == site {
            inSite += min(count, own + 1)
        }
        let namesakes = requester.name.map { min(ahead.names[$0, default: 0], Self.countedArrivals) } ?? 0
        let rounds = max(inSite, Namesakes.delay(behind: namesakes)) + 1
        var (others, withoutSite) = (0, ahead.taken)
        for (other, count) in ahead.sites {
            withoutSite -= count
            if other != site { others += min(count, rounds) }
        }
        return inSite + others + withoutSite
    }

    /// The number of logins that are admitted and have not begun their turn.
    package var waitingCount: Int { arriving.count + waiting.count }

    /// The number of logins whose turn is under way.
    package var runningCount: Int { current.count }

    /// The maximum wait of an admitted login if the turns before it take longer than predicted.
    package var maxWait: Duration { max(limits.wait * 2, .seconds(1)) }

    /// Records the memory of the most demanding hash in use. A decrease takes effect once no hash is running.
    package mutating func learn(largestHash bytes: Int) {
        largestHash = waiting.isEmpty && current.isEmpty ? bytes : max(bytes, largestHash)
    }

    /// Admits an arriving login.
    /// - Returns: Nil if it would have to wait too long.
    package mutating func admit(for requester: Requester, at now: BootInstant) -> Number? {
        guard expectedWait(for: requester, at: now) <= limits.wait else { return nil }
        last += 1
        let counts = requester.name.map { ahead.names[$0, default: 0] < Self.countedArrivals } ?? true
        arriving[last] = Arrival(requester: requester, counts: counts)
        if counts { ahead.take(for: requester) }
        return last
    }

    /// Enqueues an admitted login that is ready for hashing.
    package mutating func enqueue(_ number: Number, for requester: Requester) {
        if arriving.removeValue(forKey: number)?.counts != true { ahead.take(for: requester) }
        waiting.append(Login(number: number, requester: requester), for: requester)
    }

    /// Starts the turn of the next login and returns its number; nil if no turn can start.
    package mutating func next(at now: BootInstant) -> Number? {
        guard current.count < slots, let first = waiting.popFirst() else { return nil }
        ahead.free(of: first.requester)
        current[first.number] = now
        return first.number
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
        if let arrival = arriving.removeValue(forKey: number) {
            if arrival.counts { ahead.free(of: arrival.requester) }
            return
        }
        if current.removeValue(forKey: number) != nil { return }
        for login in waiting.removeAll(where: { $0.number == number }) { ahead.free(of: login.requester) }
    }
}
