internal import EventLoop
internal import Logging

/// Opens the connections of one lane on helper threads. Logs once that PostgreSQL is unavailable, with the reason, and
/// once that it is back.
///
/// ``ConnectionAttempts`` decides, this class performs.
@EventLoop
final class Connector {
    /// A handler called with the connection, or with the reason why it cannot be opened.
    typealias Opened = @EventLoop (consuming Result<PostgreSQLConnection, PostgreSQLError>) -> Void

    /// A handler called if an attempt that began at that time has failed without an answer of PostgreSQL, or has had none
    /// for some time. Failures of this process's own are not reported, such as a lack of threads or a name without an
    /// address.
    var onNoAnswer: (@EventLoop (_ begunAt: BootInstant) -> Void)?
    /// A handler called if PostgreSQL has answered an attempt.
    var onAnswer: (@EventLoop () -> Void)?
    /// A handler called if PostgreSQL refuses the role or its password.
    var onRefusedLogin: (@EventLoop () -> Void)?

    private let purpose: ConnectionPurpose
    private let applicationName: String
    private let url: Secret
    private let names: ConfigurationNames
    private let threads: HelperThreads
    private let log: Logger
    private let prepare: Preparation
    /// The maximum time of an attempt.
    private let attemptLimit: Duration
    /// The time without an answer after which PostgreSQL is unavailable.
    private let silenceLimit: Duration

    /// The time of a login on a slow network, however short the time limits of statements are.
    private static let minAttemptLimit = Duration.seconds(3)

    private var machine: ConnectionAttempts
    private var attempts: [Int: (attempt: ConnectionAttempt, begunAt: BootInstant)] = [:]
    private var opened: Opened?
    private var wantedAt: BootInstant?
    private lazy var timer = LaneTimer { [weak self] in self?.tick() }
    /// False before the first connection has answered.
    private var wasHealthy = false
    private var outage = LogCondition("postgresql_unavailable")
    /// Why there is no connection; nil while there is one that has answered, and before the first attempt has failed.
    private(set) var failure: String?

    /// The preparation of a connection. It runs on a helper thread, and may wait.
    /// - Parameters:
    ///   - connection: The new connection.
    ///   - attempt: The attempt that opened it.
    typealias Preparation =
        @Sendable (_ connection: PostgreSQLConnection, _ attempt: ConnectionAttempt) throws(PostgreSQLError) -> Void

    /// Creates a connector.
    /// - Parameters:
    ///   - purpose: The use of the connections.
    ///   - configuration: The server, its time limits, and the names of the configuration's parts for messages.
    ///   - threads: The helper threads.
    ///   - log: The logger.
    ///   - prepare: The preparation of each connection.
    init(
        for purpose: ConnectionPurpose, _ configuration: PostgreSQLConfiguration, threads: HelperThreads, log: Logger,
        prepare: @escaping Preparation
    ) {
        self.purpose = purpose
        applicationName = configuration.applicationName(for: purpose)
        url = configuration.url
        names = configuration.names
        self.threads = threads
        self.log = log
        self.prepare = prepare
        attemptLimit = max(configuration.writeDeadline, Self.minAttemptLimit)
        silenceLimit = configuration.lookUpDeadline
        machine = ConnectionAttempts(answerPatience: configuration.lookUpDeadline)
    }

    // MARK: Demand

    /// Connects after the delay that the last failures require, and calls `opened` with the connection or with the reason
    /// of the failure. A second call before that does nothing.
    /// - Parameters:
    ///   - isAwaited: True if somebody waits for the connection, which shortens the delay.
    ///   - opened: The handler.
    func connect(isAwaited: Bool, _ opened: @escaping Opened) {
        guard self.opened == nil else { return }
        self.opened = opened
        let now = BootInstant.now
        wantedAt = now
        perform(machine.want(isAwaited: isAwaited, at: now))
    }

    /// Shortens the delay before the next attempt, because somebody waits for the connection.
    func hurry() { perform(machine.hurry(at: .now)) }

    /// Makes an attempt at once, unless one has begun since `start`.
    func renew(since start: BootInstant) { perform(machine.renew(since: start, at: .now)) }

    /// Stops connecting.
    func cancel() {
        opened = nil
        perform(machine.cancel())
    }

    // MARK: Connections

    /// Handles the loss of a connection, which delays the next attempt.
    func lost(_ error: PostgreSQLError) {
        if case .replacement(let purpose) = error {
            log.info("\(self.purpose.connection): reconnecting to PostgreSQL \(purpose)")
            return
        }
        machine.lost(at: .now)
        let reason = error.reason(names)
        failure = reason
        guard !outage.isOpen, let fields = outage.begin(reason) else { return }
        log.warning(
            "\(purpose.connection): PostgreSQL connection lost: \(reason); reconnecting", metadata: named(fields))
    }

    /// Handles an answer on a connection. Only now PostgreSQL is back: a connection that opens may still be unusable.
    func markHealthy() {
        wasHealthy = true
        if let fields = outage.end() {
            log.info("\(purpose.connection): PostgreSQL connection restored", metadata: named(fields))
        }
        machine.healthy()
        failure = nil
    }

    // MARK: Attempts

    private func tick() {
        let now = BootInstant.now
        perform(machine.tick(at: now) { [attempts] in attempts[$0]?.attempt.progress(at: now) ?? .unsent })
    }

    private func perform(_ actions: [ConnectionAttempts.Action]) {
        for action in actions {
            switch action {
            case .begin(let number, let rotation): begin(number, rotation)
            case .abandon(let number): attempts[number]?.attempt.abandon()
            case .reportSilence(let begunAt):
                reportIfLate(.deadline)
                onNoAnswer?(begunAt)
            case .reportUnsent: reportIfLate(.unsent("no server was asked: no address for its name so far"))
            case .reportAnswer: onAnswer?()
            }
        }
        if let limit = machine.wakeAt { timer.set(to: limit) } else { timer.cancel() }
    }

    private func reportIfLate(_ error: PostgreSQLError) {
        if let wantedAt, .now - wantedAt >= silenceLimit { failed(error) }
    }

    private func begin(_ number: Int, _ rotation: Int) {
        let attempt = ConnectionAttempt(limit: attemptLimit, isFirst: !wasHealthy)
        attempts[number] = (attempt, .now)
        let (url, name, log, prepare, threads) = (url, applicationName, log, prepare, threads)
        EventLoop.spawn { [self] in
            let result: Result<PostgreSQLConnection, PostgreSQLError>
            do throws(HelperThreads.Busy) {
                result = try await threads.run { Self.open(url, name, rotation, attempt, log, prepare) }
            } catch {
                result = .failure(.unsent("all threads for connecting are taken"))
            }
            switch consume result {
            case .success(let connection): succeeded(number, connection)
            case .failure(let error): failed(number, error)
            }
        }
    }

    private func succeeded(_ number: Int, _ connection: PostgreSQLConnection) {
        attempts[number] = nil
        // Else a connection that is not needed any more, and is closed here.
        guard let actions = machine.succeeded(number) else { return }
        perform(actions)
        onAnswer?()
        end(.success(connection))
    }

    private func failed(_ number: Int, _ error: PostgreSQLError) {
        let attempt = attempts.removeValue(forKey: number)
        let now = BootInstant.now
        let counts = machine.isUnderWay(number)
        let isFinal = if case .unusable = error { true } else { false }
        let (actions, isOver) = machine.failed(number, at: now, isFinal: isFinal)
        perform(actions)
        guard counts else { return }
        failed(error)
        if error.isRefusedLogin { onRefusedLogin?() }
        switch error.sign(after: attempt?.attempt.progress(at: now) ?? .unsent, at: now) {
        case .answer: onAnswer?()
        case .silence: if let begunAt = attempt?.begunAt { onNoAnswer?(begunAt) }
        case .nothing: break
        }
        if isOver { end(.failure(error)) }
    }

    private func end(_ result: consuming Result<PostgreSQLConnection, PostgreSQLError>) {
        guard let opened else { return }
        self.opened = nil
        opened(result)
    }

    private func failed(_ error: PostgreSQLError) {
        let reason = error.reason(names)
        failure = reason
        guard let fields = outage.begin(reason) else { return }
        log.warning("\(purpose.connection): PostgreSQL unavailable: \(reason); retrying", metadata: named(fields))
    }

    /// Returns the fields of a line with the use of the connection, by which programs tell the lanes apart.
    private func named(_ fields: Logger.Metadata) -> Logger.Metadata {
        fields.merging(["connection": "\(purpose.rawValue)"]) { $1 }
    }

    private nonisolated static func open(
        _ url: Secret, _ applicationName: String, _ rotation: Int, _ attempt: ConnectionAttempt, _ log: Logger,
        _ prepare: Preparation
    ) -> sending Result<PostgreSQLConnection, PostgreSQLError> {
        do throws(PostgreSQLError) {
            let connection = try PostgreSQLConnection(
                url, applicationName: applicationName, rotation: rotation, for: attempt, log: log)
            try prepare(connection, attempt)
            connection.attempt = nil
            return .success(connection)
        } catch {
            return .failure(error)
        }
    }
}
