package import EventLoop

/// When a client of a cluster asks for the map of its slots, and whom.
///
/// It asks one node at a time, and goes on to the next at once when one fails; when all have failed, it waits for at
/// most half a second. It asks again when a node says that slots have moved, or when a node is lost, but not more often
/// than every 100 ms; and every ten seconds in any case. It asks every node in turn, primaries and replicas, and those
/// that failed lately behind the others: a node that is cut off from the rest is not asked for ever, and a cluster whose
/// nodes have all changed since the start is still found.
///
/// Each event returns what is to be done now. Nil: nothing, since an answer is awaited. A `wait` takes the place of the
/// one before it.
package struct RedisClusterRefresh: Sendable {
    package enum Action: Equatable, Sendable {
        /// Ask this node for its map, and tell of its answer or failure, soon: half a second is long.
        case ask(ServerAddress)
        /// Call ``timeCame(at:)`` then, unless another event comes first.
        case wait(until: BootInstant)
    }

    /// How long after one question the next may follow when there is reason to.
    package static let minInterval = Duration.milliseconds(100)
    /// How long a map is trusted without any reason to doubt it.
    package static let maxInterval = Duration.seconds(10)

    private let seeds: [ServerAddress]
    /// The nodes of the last map.
    private var known: [ServerAddress] = []
    /// When those failed that have not answered since. It counts for a while: who always answers may be the one that is
    /// cut off from the others.
    private var failures: [ServerAddress: BootInstant] = [:]
    /// Where somebody said that a slot is: who knows it is the best to ask.
    private var hint: ServerAddress?

    /// Who is being asked.
    private var asked: ServerAddress?
    /// Who is asked if that one fails, the next last.
    private var others: [ServerAddress] = []
    /// When the first of these was asked.
    private var beganAt: BootInstant?
    /// Who gave the last map: the turn goes on from there.
    private var lastAnswerer: ServerAddress?

    /// When to ask next.
    private var due: BootInstant
    /// Something happened while a node was being asked, which its answer may not know of.
    private var isOutdated = false
    /// All have failed.
    private var isBackingOff = false
    private var backoff = Backoff(first: .milliseconds(50), longest: .milliseconds(500))

    /// - Parameter seeds: the nodes that are known from the start, at least one. The first is asked first.
    package init(seeds: [ServerAddress], now: BootInstant) {
        precondition(!seeds.isEmpty)
        self.seeds = seeds
        due = now
    }

    // MARK: What happens

    /// The time of a `wait` has come, or the client starts.
    package mutating func timeCame(at now: BootInstant) -> Action? { next(now) }

    /// A node answered that a slot is elsewhere.
    /// - Parameter address: where, if it said so.
    package mutating func moved(to address: ServerAddress?, at now: BootInstant) -> Action? {
        hint = address ?? hint
        return doubt(now)
    }

    /// The connection to a node that serves slots broke, or could not be made; to be told again as long as that is so.
    package mutating func lost(_ address: ServerAddress, at now: BootInstant) -> Action? {
        failures[address] = now
        return doubt(now)
    }

    /// A node gave its map. One without any primary, as a node has it that was just made or reset, is a failure.
    package mutating func answered(_ map: RedisClusterMap, by address: ServerAddress, at now: BootInstant) -> Action? {
        guard !map.isEmpty else { return failed(address, at: now) }
        guard address == asked else { return next(now) }
        known = map.servers
        failures[address] = nil
        failures = failures.filter { now - $0.value < Self.maxInterval }
        lastAnswerer = address
        asked = nil
        others = []
        isBackingOff = false
        backoff.reset()
        due = isOutdated ? earliest(now) : now + Self.maxInterval
        isOutdated = false
        return next(now)
    }

    /// A node did not give its map.
    /// - Parameter random: from 0 up to, but not including, 1.
    package mutating func failed(
        _ address: ServerAddress, at now: BootInstant, random: Double = .random(in: 0..<1)
    ) -> Action? {
        guard address == asked else { return next(now) }
        failures[address] = now
        asked = others.popLast()
        if let asked { return .ask(asked) }
        isBackingOff = true
        isOutdated = false
        due = now + backoff.next(random: random)
        return next(now)
    }

    // MARK: What follows

    /// The map may be wrong.
    private mutating func doubt(_ now: BootInstant) -> Action? {
        // When nobody answers it is soon anyway.
        if asked != nil { isOutdated = true } else if !isBackingOff { due = min(due, earliest(now)) }
        return next(now)
    }

    private func earliest(_ now: BootInstant) -> BootInstant {
        max(now, beganAt.map { $0 + Self.minInterval } ?? now)
    }

    private mutating func next(_ now: BootInstant) -> Action? {
        guard asked == nil else { return nil }
        guard due <= now else { return .wait(until: due) }
        let candidates = candidates(now)
        asked = candidates.first
        others = candidates.dropFirst().reversed()
        beganAt = now
        hint = nil
        return asked.map { .ask($0) }
    }

    /// Everybody who could know, each once, in the order of asking.
    private func candidates(_ now: BootInstant) -> [ServerAddress] {
        var turn = known + seeds.filter { !known.contains($0) }
        if let last = lastAnswerer.flatMap({ turn.firstIndex(of: $0) }) {
            turn = Array(turn[(last + 1)...] + turn[...last])
        }
        func isFailing(_ address: ServerAddress) -> Bool {
            failures[address].map { now - $0 < Self.maxInterval } ?? false
        }
        turn = turn.filter { !isFailing($0) } + turn.filter { isFailing($0) }
        guard let hint else { return turn }
        return [hint] + turn.filter { $0 != hint }
    }
}
