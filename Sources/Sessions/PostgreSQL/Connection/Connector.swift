internal import EventLoop
internal import Logging

/// Opens connections for one lane, on helper threads: one attempt at a time, with growing waits after failures. Says
/// once that PostgreSQL is away and why, and once that it is back.
@EventLoop
final class Connector {
    private let lane: String
    private let url: Secret
    private let names: ConfigurationNames
    private let threads: HelperThreads
    private let log: Logger
    private let prepare: @Sendable (PostgreSQLConnection) throws(PostgreSQLError) -> Void
    private var backoff = Backoff(first: .milliseconds(20), longest: .seconds(2))
    private var isConnecting = false
    /// When the next attempt may begin: a lane that nobody has needed for long tries at once.
    private var notBefore: BootInstant?
    private var outage = LogEpisode()

    /// - Parameters:
    ///   - lane: the lane's name, for the log.
    ///   - configuration: says where PostgreSQL is, and how messages call that.
    ///   - prepare: what every connection goes through, on the helper thread, before the loop gets it; may wait.
    init(
        lane: String, _ configuration: PostgreSQLConfiguration, threads: HelperThreads, log: Logger,
        prepare: @escaping @Sendable (PostgreSQLConnection) throws(PostgreSQLError) -> Void
    ) {
        self.lane = lane
        url = configuration.url
        names = configuration.names
        self.threads = threads
        self.log = log
        self.prepare = prepare
    }

    /// Connects after the wait that the last failures ask for, and calls `done` with the connection or with why there
    /// is none. While an attempt is under way a second call does nothing.
    func connect(_ done: @escaping @EventLoop (consuming Result<PostgreSQLConnection, PostgreSQLError>) -> Void) {
        guard !isConnecting else { return }
        isConnecting = true
        let (url, log, prepare, threads) = (url, log, prepare, threads)
        EventLoop.spawn { [self] in
            if let notBefore, notBefore > .now { await Reactor.shared.sleep(for: notBefore - .now) }
            let result: Result<PostgreSQLConnection, PostgreSQLError>
            do throws(HelperThreads.Busy) {
                result = try await threads.run { Self.open(url, log, prepare) }
            } catch {
                result = .failure(.connection("all threads for connecting are taken"))
            }
            isConnecting = false
            if case .failure(let error) = result { failed(error) }
            done(result)
        }
    }

    /// A connection was lost or thrown away: the next attempt waits a little.
    func lost(_ error: PostgreSQLError) {
        notBefore = .now + backoff.next()
        let reason = error.reason(names)
        guard !outage.isOpen, outage.begin(reason) else { return }
        log.warning("\(lane): PostgreSQL connection lost: \(reason); reconnecting")
    }

    /// A connection has answered: only now is PostgreSQL back, since one that opens may still be of no use.
    func markHealthy() {
        if outage.end() { log.info("\(lane): PostgreSQL connection restored") }
        backoff.reset()
        notBefore = nil
    }

    private func failed(_ error: PostgreSQLError) {
        notBefore = .now + backoff.next()
        let reason = error.reason(names)
        guard outage.begin(reason) else { return }
        log.warning("\(lane): PostgreSQL unavailable: \(reason); retrying")
    }

    private nonisolated static func open(
        _ url: Secret, _ log: Logger, _ prepare: @Sendable (PostgreSQLConnection) throws(PostgreSQLError) -> Void
    ) -> sending Result<PostgreSQLConnection, PostgreSQLError> {
        do throws(PostgreSQLError) {
            let connection = try PostgreSQLConnection(url, log: log)
            try prepare(connection)
            return .success(connection)
        } catch {
            return .failure(error)
        }
    }
}
