internal import EventLoop

/// A server that stores sessions. Connects to it, detects that it is unavailable or failing, pauses for a while, and
/// retries until closed.
@EventLoop
final class RedisNode: RedisConnectionOwner {
    typealias Located = Result<ServerAddress, RedisError>

    /// The availability of the server.
    enum Condition: Equatable {
        /// Not known yet.
        case unknown
        case up(ServerAddress)
        /// Unavailable. The text is the reason, with the address if it is known.
        case down(String)
    }

    private(set) var condition = Condition.unknown
    /// A handler of changes of `condition`.
    var onChange: (@EventLoop () -> Void)?
    /// A handler called at each pause after failures, also without a change of `condition`.
    var onFailure: (@EventLoop () -> Void)?
    /// The ready connection, or nil if there is none, in which case nothing waits for one.
    private(set) var connection: RedisConnection?

    private let network: RedisNetwork
    private let handshake: RedisHandshake
    private let locate: @EventLoop (@escaping @EventLoop (Located) -> Void) -> Void
    private var attempt: RedisConnection?
    private var breaker = CircuitBreaker(backoff: Backoff(first: .milliseconds(100), longest: .milliseconds(500)))
    private var isClosed = false
    /// The time at which the present or the last connection became ready.
    private var readyAt = BootInstant(nanoseconds: 0)

    /// The time for which a server that was down must stay connected before it is up again without having answered a
    /// command.
    private static let trialTime = Duration.seconds(1)
    /// The minimum age of a connection that may have been closed for being idle.
    private static let minIdleness = Duration.milliseconds(500)

    /// - Parameter locate: Determines the server's address before each attempt.
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

    // MARK: RedisConnectionOwner

    func ready(_ connection: RedisConnection) {
        guard !isClosed else { return }
        attempt = nil
        self.connection = connection
        readyAt = .now
        breaker.markHealthy()
        guard case .down = condition else { return change(.up(connection.address)) }
        // A server that accepts connections and then fails is not up at each attempt: it must answer a command, or stay
        // connected.
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
        // A server may close idle connections. Its state shows when the next one is opened.
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
