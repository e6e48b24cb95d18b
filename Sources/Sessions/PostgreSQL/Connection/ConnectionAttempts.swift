internal import EventLoop

/// The attempts to open the connection of a lane. A pure state machine: events and the time are passed in, and the
/// actions are returned in the order in which they must be performed.
///
/// An attempt that fails is followed by the next one after a delay that grows, and that is shorter while somebody waits
/// for the connection. An attempt without an answer gets a second one beside it, because its packets may have been lost.
/// The older one is kept for a network that is slow, the younger one is replaced from time to time.
struct ConnectionAttempts {
    private(set) var state = State.idle
    /// The attempts that were abandoned and whose threads are still busy with them.
    private var abandoned: Set<Int> = []
    private var backoff = Backoff(first: .milliseconds(20), longest: .seconds(2))
    /// The earliest times of the next attempt: in general, and if somebody waits for it. Nil for at once.
    private var pause: (until: BootInstant, hurried: BootInstant)?
    private var last = Attempt(number: 0, begunAt: BootInstant(nanoseconds: 0))
    /// The number of attempts since the connection is wanted, and of those that follow each other fast.
    private var (count, fastCount) = (0, 2)
    private var awaitedAt: BootInstant?
    /// The maximum time from the server's first answer to the end of an attempt before there is another one.
    private let answerPatience: Duration

    /// The maximum time without an answer before there is a second attempt.
    static let patience = Duration.milliseconds(250)
    /// The time between two attempts while somebody waits for the connection, at most; and if nobody does.
    static let awaitedInterval = Duration.milliseconds(400)
    static let interval = Duration.seconds(2)
    /// The maximum number of attempts that occupy threads.
    static let maxAttempts = 4
    /// The time for which a check counts as waiting.
    private static let awaitedTime = Duration.seconds(1)
    /// A time limit that is handled so late says nothing: this process stood still.
    private static let maxLateness = StandstillWatch.shortest

    /// - Parameter answerPatience: The maximum time from the server's first answer to the end of an attempt before there
    ///   is another one: the server is busy then, or its tables are locked.
    init(answerPatience: Duration) {
        self.answerPatience = answerPatience
    }

    /// The time at which ``tick(at:heardFrom:)`` must be called, or nil if no time limit is running.
    var wakeAt: BootInstant? {
        switch state {
        case .idle: nil
        case .delayed(let until, _): until
        case .opening(_, let nextAt): nextAt
        }
    }

    /// Returns whether the attempt's result counts.
    func isUnderWay(_ number: Int) -> Bool {
        guard case .opening(let attempts, _) = state else { return false }
        return attempts.contains { $0.number == number }
    }

    // MARK: Demand

    /// Handles the demand for a connection.
    /// - Parameters:
    ///   - isAwaited: True if somebody waits for it.
    ///   - now: The current instant.
    mutating func want(isAwaited: Bool, at now: BootInstant) -> [Action] {
        guard state == .idle else { return [] }
        (count, fastCount) = (0, 2)
        if isAwaited { awaitedAt = now }
        guard let pause else { return begin(beside: [], at: now) }
        state = .delayed(until: isAwaited ? pause.hurried : pause.until, hurried: pause.hurried)
        return beginIfDue(at: now)
    }

    /// Handles somebody who waits for the connection: the next attempt is made soon.
    mutating func hurry(at now: BootInstant) -> [Action] {
        awaitedAt = now
        switch state {
        case .idle: return []
        case .delayed(let until, let hurried):
            state = .delayed(until: min(until, hurried), hurried: hurried)
            return beginIfDue(at: now)
        case .opening(let attempts, let nextAt):
            let soon = max(now, last.begunAt + Self.awaitedInterval)
            state = .opening(attempts, nextAt: min(nextAt, soon))
            return []
        }
    }

    /// Handles somebody who must know whether the server answers at all, now: if no attempt has begun since `start`, there
    /// is one at once.
    mutating func renew(since start: BootInstant, at now: BootInstant) -> [Action] {
        guard last.begunAt < start else { return hurry(at: now) }
        awaitedAt = now
        // Without an answer to this attempt and the next one, the server is known to be silent.
        fastCount = count + 2
        switch state {
        case .idle: return []
        case .delayed:
            backoff.reset()
            return begin(beside: [], at: now)
        case .opening(let attempts, _): return begin(beside: attempts, at: now)
        }
    }

    /// Handles the end of the demand.
    mutating func cancel() -> [Action] {
        guard case .opening(let attempts, _) = state else {
            state = .idle
            return []
        }
        state = .idle
        return abandon(attempts)
    }

    // MARK: Events

    /// Handles an attempt that has opened the connection.
    /// - Returns: Nil if the attempt was abandoned: its connection must be closed.
    mutating func succeeded(_ number: Int) -> [Action]? {
        guard abandoned.remove(number) == nil, case .opening(let attempts, _) = state else { return nil }
        state = .idle
        return abandon(attempts.filter { $0.number != number })
    }

    /// Handles an attempt that has failed.
    /// - Parameters:
    ///   - number: The attempt.
    ///   - now: The current instant.
    ///   - isFinal: True if all other attempts would fail for the same reason.
    ///   - random: A number from 0 up to, but not including, 1.
    /// - Returns: The actions, and whether no attempt is left: then the connection cannot be opened now.
    mutating func failed(
        _ number: Int, at now: BootInstant, isFinal: Bool = false, random: Double = .random(in: 0..<1)
    ) -> (actions: [Action], isOver: Bool) {
        guard abandoned.remove(number) == nil, case .opening(let attempts, let nextAt) = state else {
            return ([], false)
        }
        let others = attempts.filter { $0.number != number }
        delay(at: now, random)
        guard isFinal || others.isEmpty else {
            state = .opening(others, nextAt: min(nextAt, pause?.hurried ?? nextAt))
            return ([], false)
        }
        state = .idle
        return (abandon(others), true)
    }

    /// Handles the loss of the connection.
    mutating func lost(at now: BootInstant, random: Double = .random(in: 0..<1)) { delay(at: now, random) }

    /// Handles the proof that a connection works.
    mutating func healthy() {
        backoff.reset()
        pause = nil
    }

    /// Handles the end of a time limit.
    /// - Parameters:
    ///   - now: The current instant.
    ///   - heardFrom: Returns the time of the server's last message to an attempt, or nil if there was none.
    mutating func tick(at now: BootInstant, heardFrom: (Int) -> BootInstant?) -> [Action] {
        guard case .opening(let attempts, let nextAt) = state, let youngest = attempts.last else {
            return beginIfDue(at: now)
        }
        guard nextAt <= now else { return [] }
        guard now - nextAt < Self.maxLateness else {
            state = .opening(attempts, nextAt: now + Self.patience)
            return []
        }
        guard let heard = heardFrom(youngest.number) else {
            let isSilent = now - youngest.begunAt >= Self.patience
            return (isSilent ? [.reportSilence(since: youngest.begunAt)] : []) + begin(beside: attempts, at: now)
        }
        let end = heard + answerPatience
        guard end <= now else {
            state = .opening(attempts, nextAt: end)
            return [.reportAnswer]
        }
        return begin(beside: attempts, at: now)
    }

    // MARK: Transitions

    private mutating func beginIfDue(at now: BootInstant) -> [Action] {
        guard case .delayed(let until, _) = state, until <= now else { return [] }
        return begin(beside: [], at: now)
    }

    /// Begins an attempt, beside the oldest one under way.
    private mutating func begin(beside attempts: [Attempt], at now: BootInstant) -> [Action] {
        guard attempts.count + abandoned.count < Self.maxAttempts else {
            let next = now + interval(at: now)
            state = attempts.isEmpty ? .delayed(until: next, hurried: next) : .opening(attempts, nextAt: next)
            return []
        }
        let replaced = abandon(Array(attempts.dropFirst()))
        last = Attempt(number: last.number + 1, begunAt: now)
        count += 1
        state = .opening(attempts.prefix(1) + [last], nextAt: now + interval(at: now))
        return replaced + [.begin(last.number, rotation: count - 1)]
    }

    private mutating func abandon(_ attempts: [Attempt]) -> [Action] {
        abandoned.formUnion(attempts.map(\.number))
        return attempts.map { .abandon($0.number) }
    }

    /// The first two attempts follow each other fast, since a lost packet is the most frequent reason.
    private func interval(at now: BootInstant) -> Duration {
        if count <= fastCount { return Self.patience }
        return awaitedAt.map { now - $0 <= Self.awaitedTime } == true ? Self.awaitedInterval : Self.interval
    }

    private mutating func delay(at now: BootInstant, _ random: Double) {
        let delay = backoff.next(random: random)
        pause = (now + delay, now + min(delay, Self.awaitedInterval / 2 * (1 + random)))
    }
}
