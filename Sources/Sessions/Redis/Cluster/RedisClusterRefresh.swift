package import EventLoop

/// The schedule by which a cluster's client requests the slot map, and the choice of the node to ask.
///
/// One node is asked at a time. When it fails, the next one is asked at once; when all have failed, the next attempt
/// follows after at most half a second. The map is requested again when a node reports moved slots or a node is lost,
/// but at most every 100 ms, and every ten seconds in any case. All nodes take turns, primaries and replicas, those
/// that failed lately last: so a node that is cut off from the rest is not asked for ever, and a cluster whose nodes
/// have all changed since the start is still found.
///
/// Each event returns the action to take now, or nil if an answer is pending. A `wait` replaces the one before it. Time
/// is passed in; the type does no I/O.
package struct RedisClusterRefresh: Sendable {
    /// An action of the client.
    package enum Action: Equatable, Sendable {
        /// Request the map from this node and report its answer or failure soon, within half a second.
        case ask(ServerAddress)
        /// Call ``timeCame(at:)`` at this instant, unless another event comes first.
        case wait(until: BootInstant)
    }

    /// The shortest time between two requests.
    package static let minInterval = Duration.milliseconds(100)
    /// The longest time between two requests, without any event.
    package static let maxInterval = Duration.seconds(10)

    private let seeds: [ServerAddress]
    /// The nodes of the last map.
    private var known: [ServerAddress] = []
    /// The times of the last failures of nodes that have not answered since. They expire: a node that always answers
    /// may be the one that is cut off from the rest.
    private var failures: [ServerAddress: BootInstant] = [:]
    /// The node to which a slot was reported to have moved, which knows best.
    private var hint: ServerAddress?

    /// The node that is being asked.
    private var asked: ServerAddress?
    /// The nodes to ask if that one fails, in reverse order.
    private var others: [ServerAddress] = []
    /// The time at which the first node of this round was asked.
    private var beganAt: BootInstant?
    /// The node that gave the last map. The next round starts after it.
    private var lastAnswerer: ServerAddress?

    /// The time of the next request.
    private var due: BootInstant
    /// A Boolean value that indicates whether an event occurred during a request, which the answer may not reflect.
    private var isOutdated = false
    /// A Boolean value that indicates whether all nodes have failed.
    private var isBackingOff = false
    private var backoff = Backoff(first: .milliseconds(50), longest: .milliseconds(500))

    /// Creates a schedule that starts at once.
    /// - Parameters:
    ///   - seeds: The nodes known from the start, at least one. The first is asked first.
    ///   - now: The current instant.
    package init(seeds: [ServerAddress], now: BootInstant) {
        precondition(!seeds.isEmpty)
        self.seeds = seeds
        due = now
    }

    // MARK: Events

    /// Handles the end of a `wait`, or the start of the client.
    package mutating func timeCame(at now: BootInstant) -> Action? { next(now) }

    /// Handles a node's report that a slot is served by another node.
    /// - Parameter address: The other node, if reported.
    package mutating func moved(to address: ServerAddress?, at now: BootInstant) -> Action? {
        hint = address ?? hint
        return doubt(now)
    }

    /// Handles a lost or failed connection to a node that serves slots. Called again as long as that lasts.
    package mutating func lost(_ address: ServerAddress, at now: BootInstant) -> Action? {
        failures[address] = now
        return doubt(now)
    }

    /// Handles a node's map. A map without any primary, as of a node that is new or was reset, is a failure.
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

    /// Handles a node's failure to give its map.
    /// - Parameter random: A number from 0 up to, but not including, 1.
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

    // MARK: Decisions

    /// Schedules a request because the map may be outdated.
    private mutating func doubt(_ now: BootInstant) -> Action? {
        // When all nodes fail, the next request is soon anyway.
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

    /// Returns all nodes that could know the map, without duplicates, in the order of asking.
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
