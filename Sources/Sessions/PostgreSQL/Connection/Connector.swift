internal import EventLoop
internal import Logging

/// Opens the connections of one lane on helper threads: one attempt at a time, with growing delays after failures. Logs
/// once that PostgreSQL is unavailable, with the reason, and once that it is back.
@EventLoop
final class Connector {
    private let lane: String
    private let url: Secret
    private let names: ConfigurationNames
    private let threads: HelperThreads
    private let log: Logger
    private let prepare: Preparation
    private var backoff = Backoff(first: .milliseconds(20), longest: .seconds(2))
    private var isConnecting = false
    /// False before the first connection has answered.
    private var wasHealthy = false
    /// The earliest time of the next attempt; nil for at once.
    private var notBefore: BootInstant?
    private var outage = LogEpisode()
    /// Why there is no connection; nil while there is one that has answered, and before the first attempt has failed.
    private(set) var failure: String?

    /// The preparation of a connection. It runs on a helper thread, and may wait.
    /// - Parameters:
    ///   - connection: The new connection.
    ///   - isFirst: True until a connection of this connector has answered: what an operator has to mend prevents the start,
    ///     but not the return from an outage.
    typealias Preparation =
        @Sendable (_ connection: PostgreSQLConnection, _ isFirst: Bool) throws(PostgreSQLError) -> Void

    /// Creates a connector.
    /// - Parameters:
    ///   - lane: The name of the lane in the log.
    ///   - configuration: The server, and the names of the configuration's parts for messages.
    ///   - threads: The helper threads.
    ///   - log: The logger.
    ///   - prepare: The preparation of each connection.
    init(
        lane: String, _ configuration: PostgreSQLConfiguration, threads: HelperThreads, log: Logger,
        prepare: @escaping Preparation
    ) {
        self.lane = lane
        url = configuration.url
        names = configuration.names
        self.threads = threads
        self.log = log
        self.prepare = prepare
    }

    /// Connects after the delay that the last failures require, and calls `done` with the connection or with the reason of
    /// the failure. A second call during an attempt does nothing.
    func connect(_ done: @escaping @EventLoop (consuming Result<PostgreSQLConnection, PostgreSQLError>) -> Void) {
        guard !isConnecting else { return }
        isConnecting = true
        let (url, log, prepare, threads, isFirst) = (url, log, prepare, threads, !wasHealthy)
        EventLoop.spawn { [self] in
            if let notBefore, notBefore > .now { await Reactor.shared.sleep(for: notBefore - .now) }
            let result: Result<PostgreSQLConnection, PostgreSQLError>
            do throws(HelperThreads.Busy) {
                result = try await threads.run { Self.open(url, log, prepare, isFirst) }
            } catch {
                result = .failure(.connection("all threads for connecting are taken"))
            }
            isConnecting = false
            if case .failure(let error) = result { failed(error) }
            done(result)
        }
    }

    /// Handles the loss of a connection, which delays the next attempt.
    func lost(_ error: PostgreSQLError) {
        notBefore = .now + backoff.next()
        let reason = error.reason(names)
        failure = reason
        guard !outage.isOpen, outage.begin(reason) else { return }
        log.warning("\(lane): PostgreSQL connection lost: \(reason); reconnecting")
    }

    /// Handles an answer on a connection. Only now PostgreSQL is back: a connection that opens may still be unusable.
    func markHealthy() {
        wasHealthy = true
        if outage.end() { log.info("\(lane): PostgreSQL connection restored") }
        backoff.reset()
        notBefore = nil
        failure = nil
    }

    private func failed(_ error: PostgreSQLError) {
        notBefore = .now + backoff.next()
        let reason = error.reason(names)
        failure = reason
        guard outage.begin(reason) else { return }
        log.warning("\(lane): PostgreSQL unavailable: \(reason); retrying")
    }

    private nonisolated static func open(
        _ url: Secret, _ log: Logger, _ prepare: Preparation, _ isFirst: Bool
    ) -> sending Result<PostgreSQLConnection, PostgreSQLError> {
        do throws(PostgreSQLError) {
            let connection = try PostgreSQLConnection(url, log: log)
            try prepare(connection, isFirst)
            return .success(connection)
        } catch {
            return .failure(error)
        }
    }
}
