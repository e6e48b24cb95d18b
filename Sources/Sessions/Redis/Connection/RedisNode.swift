internal import EventLoop

/// One server that keeps sessions: connects to it, notices that it is away or not well, leaves it alone for a while, and
/// tries again until it is closed.
@EventLoop
final class RedisNode: RedisConnectionOwner {
    typealias Located = Result<ServerAddress, RedisError>

    /// Whether it can be used, or why not.
    enum Condition: Equatable {
        /// Nothing is known yet.
        case unknown
        case up(ServerAddress)
        /// Where it is, if that is known, and why it cannot be used.
        case down(String)
    }

    private(set) var condition = Condition.unknown
    /// Called when `condition` has changed.
    var onChange: (@EventLoop () -> Void)?
    /// Called whenever it was given up for a while, also when nobody expected anything else.
    var onFailure: (@EventLoop () -> Void)?
    /// The connection that can be used now; nil: none, and nothing waits for one.
    private(set) var connection: RedisConnection?

    private let network: RedisNetwork
    private let handshake: RedisHandshake
    private let locate: @EventLoop (@escaping @EventLoop (Located) -> Void) -> Void
    private var attempt: RedisConnection?
    private var breaker = CircuitBreaker(backoff: Backoff(first: .milliseconds(100), longest: .milliseconds(500)))
    private var isClosed = false
    /// When the present connection, or the last one, became one that can be used.
    private var readyAt = BootInstant(nanoseconds: 0)

    /// How long a server that was down has to live before it is up again without having been asked anything.
    private static let trialTime = Duration.seconds(1)
    /// A connection that does not live as long was not closed for being idle.
    private static let minIdleness = Duration.milliseconds(500)

    /// - Parameter locate: finds out where the server is, before each try.
    init(
        _ network: RedisNetwork, _ handshake: RedisHandshake,
        locate: @escaping @EventLoop (@escaping @EventLoop (Located) -> Void) -> Void
    ) {
        self.network = network
        self.handshake = handshake
        self.locate = locate
    }

    func start() {
        guard !isClosed else { return }
        locate { [weak self] located in
            guard let self, !isClosed else { return }
            switch located {
            case .success(let address):
                let attempt = RedisConnection(to: address, handshake, network, owner: self)
                self.attempt = attempt
                attempt.open()
            case .failure(let error): failed(error.reason)
            }
        }
    }

    func close() {
        isClosed = true
        attempt?.close()
        connection?.close()
        attempt = nil
        connection = nil
    }

    // MARK: Its connection

    func ready(_ connection: RedisConnection) {
        guard !isClosed else { return }
        attempt = nil
        self.connection = connection
        readyAt = .now
        breaker.markHealthy()
        guard case .down = condition else { return change(.up(connection.address)) }
        // One that lets everybody in and then fails is not up at each try: it has to answer, or to stay.
        Reactor.shared.schedule(after: Self.trialTime) { [weak self] in
            guard let self, self.connection === connection else { return }
            change(.up(connection.address))
        }
    }

    func answered(_ connection: RedisConnection) {
        breaker.succeeded()
        change(.up(connection.address))
    }

    func ended(_ connection: RedisConnection, _ reason: RedisError, wasIdle: Bool) {
        guard !isClosed else { return }
        attempt = nil
        self.connection = nil
        // A server may close connections that nobody uses; whether it is well shows when the next one is opened.
        if wasIdle, case .connection = reason, .now - readyAt >= Self.minIdleness {
            return again(after: .milliseconds(1))
        }
        failed("\(connection.address): \(reason.reason)")
    }

    private func failed(_ reason: String) {
        breaker.failed(at: .now)
        guard case .open(let until) = breaker.state else { return again(after: .milliseconds(1)) }
        change(.down(reason))
        onFailure?()
        Reactor.shared.schedule(at: until) { [weak self] in
            self?.breaker.probe()
            self?.start()
        }
    }

    private func again(after delay: Duration) {
        Reactor.shared.schedule(after: delay) { [weak self] in self?.start() }
    }

    private func change(_ condition: Condition) {
        guard condition != self.condition else { return }
        self.condition = condition
        onChange?()
    }
}
