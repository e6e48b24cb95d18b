package import EventLoop

/// Finds the primary of a service: asks the sentinels one after the other, and believes none before the server that it
/// names has said of itself, by `ROLE`, that it is the primary ("Guidelines for Redis clients with support for Redis
/// Sentinel").
///
/// Each event returns what is to be done next; nil when it belongs to a question that is not open any more.
package struct RedisSentinelSearch: Sendable {
    package enum Action: Equatable, Sendable {
        /// Ask this sentinel for the service's primary.
        case ask(ServerAddress)
        /// Ask this server for its role, best on the connection that is to be used.
        case verify(ServerAddress)
        /// This is the primary. The search is over.
        case found(ServerAddress)
        /// No sentinel led to the primary. The search is over; another may begin after a while.
        case givenUp(RedisSentinelFailure)
    }

    private enum State: Equatable {
        /// Nobody looks for anything. → asking
        case idle
        /// A sentinel has been asked. → verifying, asking the next, idle
        case asking(ServerAddress)
        /// The server that the sentinel named has been asked. → asking the next, idle
        case verifying(ServerAddress, namedBy: ServerAddress)
    }

    /// In the order of asking: the one that led to the primary last is the first.
    package private(set) var sentinels: [ServerAddress]
    private var state = State.idle
    /// Those that are still to be asked in this search, the next last.
    private var others: [ServerAddress] = []
    private var findings: [RedisSentinelFailure.Finding] = []

    /// - Parameter sentinels: at least one.
    package init(sentinels: [ServerAddress]) {
        precondition(!sentinels.isEmpty)
        self.sentinels = sentinels
    }

    // MARK: What happens

    /// A new search. One that is under way is forgotten.
    package mutating func start() -> Action {
        others = sentinels.reversed()
        findings = []
        return askNext()
    }

    /// A sentinel has answered.
    package mutating func answered(_ answer: RedisSentinelAnswer, by sentinel: ServerAddress) -> Action? {
        guard state == .asking(sentinel) else { return nil }
        switch answer {
        case .unknownService: return askNext(after: sentinel, .unknownService)
        case .primary(let address):
            // Another sentinel may be as late as the one before: nothing is asked twice.
            if let known = findings.lazy.compactMap({ $0.finding.refuting(address) }).first {
                return askNext(after: sentinel, known)
            }
            state = .verifying(address, namedBy: sentinel)
            return .verify(address)
        }
    }

    /// A sentinel did not answer, or nothing that makes sense.
    /// - Parameter reason: fit for logs.
    package mutating func failed(_ sentinel: ServerAddress, reason: String) -> Action? {
        guard state == .asking(sentinel) else { return nil }
        return askNext(after: sentinel, .failed(reason: reason))
    }

    /// The server that was named has said what it is.
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

    /// The server that was named could not be reached, or did not say what it is.
    /// - Parameter reason: fit for logs.
    package mutating func notVerified(_ address: ServerAddress, reason: String) -> Action? {
        guard case .verifying(address, let sentinel) = state else { return nil }
        return askNext(after: sentinel, .unreachable(address, reason: reason))
    }

    // MARK: What follows

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
    /// Itself, when it says that the server at `address` is not the primary or cannot be asked.
    fileprivate func refuting(_ address: ServerAddress) -> RedisSentinelFinding? {
        switch self {
        case .notPrimary(address, _), .unreachable(address, _): self
        case .notPrimary, .unreachable, .failed, .unknownService: nil
        }
    }
}
