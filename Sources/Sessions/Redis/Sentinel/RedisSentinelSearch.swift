package import EventLoop

/// The search for a service's primary: asks the sentinels one by one, and accepts a named server only if it reports
/// itself, by `ROLE`, as the primary ("Guidelines for Redis clients with support for Redis Sentinel").
///
/// Each event returns the next action, or nil if it belongs to a question that is not pending any more. A pure state
/// machine.
package struct RedisSentinelSearch: Sendable {
    /// An action of the client.
    package enum Action: Equatable, Sendable {
        /// Ask this sentinel for the service's primary.
        case ask(ServerAddress)
        /// Request this server's role, preferably on the connection that is to be used.
        case verify(ServerAddress)
        /// The primary is found. The search is over.
        case found(ServerAddress)
        /// No sentinel led to the primary. The search is over; another may start after a while.
        case givenUp(RedisSentinelFailure)
    }

    private enum State: Equatable {
        /// No search is under way. Next: `asking`.
        case idle
        /// A sentinel has been asked. Next: `verifying`, `asking` the next one, or `idle`.
        case asking(ServerAddress)
        /// The server that the sentinel named has been asked for its role. Next: `asking` the next sentinel, or `idle`.
        case verifying(ServerAddress, namedBy: ServerAddress)
    }

    /// The sentinels in the order of asking: the last one that led to the primary comes first.
    package private(set) var sentinels: [ServerAddress]
    private var state = State.idle
    /// The sentinels that are still to be asked in this search, in reverse order.
    private var others: [ServerAddress] = []
    private var findings: [RedisSentinelFailure.Finding] = []

    /// Creates an idle search.
    /// - Parameter sentinels: The addresses of the sentinels, at least one.
    package init(sentinels: [ServerAddress]) {
        precondition(!sentinels.isEmpty)
        self.sentinels = sentinels
    }

    // MARK: Events

    /// Starts a new search. One that is under way is abandoned.
    package mutating func start() -> Action {
        others = sentinels.reversed()
        findings = []
        return askNext()
    }

    /// Handles a sentinel's answer.
    package mutating func answered(_ answer: RedisSentinelAnswer, by sentinel: ServerAddress) -> Action? {
        guard state == .asking(sentinel) else { return nil }
        switch answer {
        case .unknownService: return askNext(after: sentinel, .unknownService)
        case .primary(let address):
            // Another sentinel may be as outdated as the one before: no server is asked twice.
            if let known = findings.lazy.compactMap({ $0.finding.refuting(address) }).first {
                return askNext(after: sentinel, known)
            }
            state = .verifying(address, namedBy: sentinel)
            return .verify(address)
        }
    }

    /// Handles a missing or invalid answer of a sentinel.
    /// - Parameter reason: The reason, safe for logs.
    package mutating func failed(_ sentinel: ServerAddress, reason: String) -> Action? {
        guard state == .asking(sentinel) else { return nil }
        return askNext(after: sentinel, .failed(reason: reason))
    }

    /// Handles the role that the named server reported.
    package mutating func verified(_ address: ServerAddress, as role: RedisRole) -> Action? {
        guard case .verifying(address, let sentinel) = state else { return nil }
        switch role {
        case .primary:
            sentinels = [sentinel] + sentinels.filter { $0 != sentinel }
            state = .idle
            return .found(address)
        case .replica, .sentinel: return askNext(after: sentinel, .notPrimary(address, role))
        }
    }

    /// Handles a missing or invalid report of the named server's role.
    /// - Parameter reason: The reason, safe for logs.
    package mutating func notVerified(_ address: ServerAddress, reason: String) -> Action? {
        guard case .verifying(address, let sentinel) = state else { return nil }
        return askNext(after: sentinel, .unreachable(address, reason: reason))
    }

    // MARK: Decisions

    private mutating func askNext(after sentinel: ServerAddress, _ finding: RedisSentinelFinding) -> Action {
        findings.append(RedisSentinelFailure.Finding(sentinel: sentinel, finding: finding))
        return askNext()
    }

    private mutating func askNext() -> Action {
        guard let next = others.popLast() else {
            state = .idle
            return .givenUp(RedisSentinelFailure(findings: findings))
        }
        state = .asking(next)
        return .ask(next)
    }
}

extension RedisSentinelFinding {
    /// Returns this finding if it shows that the server at `address` is not the primary or cannot be asked.
    fileprivate func refuting(_ address: ServerAddress) -> RedisSentinelFinding? {
        switch self {
        case .notPrimary(address, _), .unreachable(address, _): self
        case .notPrimary, .unreachable, .failed, .unknownService: nil
        }
    }
}
