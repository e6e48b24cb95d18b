internal import EventLoop
internal import Logging

/// A connection for statements that are rare and may take longer than a check. They run one at a time, by turns of those who
/// ask. One that waits for a lock of another transaction is rolled back after a short time and sent again when the others had
/// their turn. The connection is opened for the first statement and closed when it has been idle for some time.
///
/// ``CommandQueue`` decides, this class performs.
@EventLoop
final class CommandLane: ReadinessHandler {
    private let connector: Connector
    /// The maximum time from a command to its result.
    private let deadline: Duration

    /// A handler called when a connection has been opened.
    var onConnection: (@EventLoop () -> Void)?

    /// A handler called if PostgreSQL refuses the role or its password.
    var onRefusedLogin: (@EventLoop () -> Void)? {
        get { connector.onRefusedLogin }
        set { connector.onRefusedLogin = newValue }
    }

    private var connection: PostgreSQLConnection?
    private var queue: CommandQueue
    /// The commands without an answer, by number.
    private var commands: [Int: LaneCommand] = [:]
    private var lastID = 0
    private lazy var timer = LaneTimer { [weak self] in self?.tick() }

    private let log: Logger
    private var delays = LogCondition("commits_held_up", reminder: .seconds(60), quiet: .seconds(60))

    /// The maximum wait for a lock at a time, since other commands wait behind this one. See
    /// ``CommandQueue/lockPatience``.
    private static let lockWait = Duration.milliseconds(200)

    /// Creates a lane without a connection.
    /// - Parameters:
    ///   - configuration: The server, and the time limits.
    ///   - purpose: The use of the connection.
    ///   - preparation: SQL that runs first on each connection, or nil. It does not run behind a pooler, which would pass
    ///     its settings on to other clients.
    ///   - requiresPreparation: True if connections without the preparation must not be used.
    ///   - keepsSearchPath: True if names are resolved in the search path that connections are opened with, and the
    ///     statements are not about the gate's tables.
    ///   - threads: The threads for connecting.
    ///   - log: The logger.
    init(
        _ configuration: PostgreSQLConfiguration, for purpose: ConnectionPurpose, preparation: String? = nil,
        requiresPreparation: Bool = false, keepsSearchPath: Bool = false, threads: HelperThreads, log: Logger
    ) {
        let deadline = configuration.writeDeadline
        self.deadline = deadline
        self.log = log
        let schema = configuration.schema
        queue = CommandQueue(deadline: deadline)
        Reactor.shared.watchStandstills(for: deadline)
        let isPooled = !configuration.usesPreparedStatements
        let lockWait = min(deadline, Self.lockWait)
        let author = configuration.logsChanges ? "SET authfcgi.author = 'gate'" : nil
        connector = Connector(for: purpose, configuration, threads: threads, log: log) {
            connection, _ throws(PostgreSQLError) in
            try connection.introduce(isPooled: isPooled, deadline: deadline)
            try connection.enterSchema(schema, keepsSearchPath: true, deadline: deadline)
            // A pooler would pass these settings on to other clients.
            if connection.keepsState {
                // Required for revoking all sessions of a user, whatever the database's default is.
                let isolation = "SET default_transaction_isolation = 'read committed'"
                let settings =
                    (keepsSearchPath ? [] : PostgreSQLConnection.schemaSettings)
                    + [isolation, author].compactMap(\.self) + connection.limits(statement: deadline, lock: lockWait)
                    + [preparation].compactMap(\.self)
                if keepsSearchPath {
                    return try connection.script(settings.joined(separator: "; "), deadline: deadline)
                }
                try connection.requireTables(after: settings, deadline: deadline)
            } else if requiresPreparation {
                throw .unusable("behind a pooler it cannot be done")
            } else if !keepsSearchPath {
                try connection.requireTables(deadline: deadline)
            }
        }
    }

    /// Runs one statement.
    ///
    /// - Parameters:
    ///   - statement: The statement.
    ///   - requester: Whoever asks for it; the program itself does not take turns.
    /// - Throws: ``PostgreSQLError``. After ``PostgreSQLError/deadline`` and ``PostgreSQLError/connection(_:)`` it is
    ///   unknown whether the statement was executed.
    @discardableResult
    func run<S: Statement>(
        _ statement: S, for requester: Requester = Requester()
    ) async throws(PostgreSQLError) -> S.Answer {
        let answer: Result<S.Answer, PostgreSQLError> = await withCheckedContinuation { continuation in
            let command = TypedLaneCommand(statement, continuation)
            lastID += 1
            commands[lastID] = command
            let now = BootInstant.now
            perform(
                queue.add(
                    CommandQueue.Command(
                        lastID, statement: command.key, isIdempotent: S.isIdempotent, isUrgent: S.isUrgent,
                        requester: requester, askedAt: now, deadline: now + deadline)))
        }
        return try answer.get()
    }

    /// The server at the other end of the connection, or nil if there is none.
    var origin: ServerIncarnation? { connection?.origin }

    /// The time when the connection was opened, or nil if there is none.
    var openedAt: BootInstant? { queue.openedAt }

    /// Closes the connection, whose server is no longer the right one.
    func abandon(_ reason: String) { perform(queue.lost(.connection(reason), at: .now)) }

    /// Closes the connection. Commands without an answer fail.
    func close() {
        perform(queue.close())
        connector.cancel()
    }

    // MARK: Events

    func ready(_ readiness: Readiness) {
        noteStandstill()
        guard let connection else { return }
        do throws(PostgreSQLError) {
            if connection.isWaitingToWrite { try connection.flushOnLoop() }
            try connection.consumeInput()
            while self.connection === connection, let result = connection.nextReadyResult() { take(result) }
            // One of the results may have ended the connection.
            guard self.connection === connection else { return }
            if !connection.isActive { perform(queue.serverIsReady(at: .now)) }
            if !readiness.isDisjoint(with: [.hangUp, .error]) { perform(queue.hungUp(at: .now)) }
        } catch {
            perform(queue.lost(error, at: .now))
        }
    }

    private func tick() {
        noteStandstill()
        // What has arrived in time counts, even if the loop has not come to it.
        if connection != nil { ready(.readable) }
        perform(queue.tick(at: .now))
    }

    private func noteStandstill() {
        if let end = Reactor.shared.lastStandstill { queue.stoodStill(until: end) }
    }

    private func take(_ result: borrowing PostgreSQLResult) {
        noteStandstill()  // within this turn
        if case .failed(let error) = result.status { return perform(queue.received(error, at: .now)) }
        if let id = queue.running { commands[id]?.read(result) }
        perform(queue.received(nil, at: .now))
    }

    private func connect() {
        // Only commands make this lane connect.
        connector.connect(isAwaited: true) { [weak self] result in
            guard let self, !queue.isClosed else { return }
            switch consume result {
            case .success(let connection):
                self.connection = connection
                connection.joinLoop(self)
                queue.opened(keepsState: connection.keepsState, at: .now)
                // The handler may close the connection.
                onConnection?()
                perform(queue.advance(at: .now))
            case .failure(let error): perform(queue.couldNotConnect(error, at: .now))
            }
        }
    }

    // MARK: Actions

    private func perform(_ actions: [CommandQueue.Action]) {
        for action in actions {
            switch action {
            case .connect: connect()
            case .stopConnecting: connector.cancel()
            case .disconnect: disconnect()
            case .reportLoss(let error): connector.lost(error)
            case .markHealthy: connector.markHealthy()
            case .prepare(let id):
                send(id) { connection, command throws(PostgreSQLError) in
                    let (name, sql) = command.text(in: connection.schema)
                    try connection.sendPrepare(name, sql)
                }
            case .countRevocations(let id):
                logDelay()
                send(id) { connection, _ throws(PostgreSQLError) in
                    try connection.sendScript(PostgreSQLConnection.countingOfRevocations)
                }
            case .run(let id, let byName):
                send(id) { connection, command throws(PostgreSQLError) in
                    let (name, sql) = command.text(in: connection.schema)
                    try connection.send(
                        prepared: byName ? name : nil, sql, command.parameters(at: .now), binaryResult: false)
                }
            case .answer(let id, nil):
                logEndOfDelay()
                commands.removeValue(forKey: id)?.finish()
            case .answer(let id, let error?): commands.removeValue(forKey: id)?.fail(error)
            }
        }
        if let limit = queue.wakeAt { timer.set(to: limit) } else { timer.cancel() }
    }

    private func logDelay() {
        guard let fields = delays.begin() else { return }
        log.warning(
            "notifications of other sessions of the PostgreSQL server hold up commits: revocations go on without notifications, and workers drop what they keep",
            metadata: fields)
    }

    private func logEndOfDelay() {
        guard let fields = delays.end() else { return }
        log.info("notifications of other sessions of the PostgreSQL server hold up no commits now", metadata: fields)
    }

    private func send(
        _ id: Int, _ send: (PostgreSQLConnection, LaneCommand) throws(PostgreSQLError) -> Void
    ) {
        guard let connection, let command = commands[id] else { return }
        do throws(PostgreSQLError) {
            try send(connection, command)
            try connection.flushOnLoop()
        } catch {
            perform(queue.lost(error, at: .now))
        }
    }

    private func disconnect() {
        connection?.leaveLoop()
        connection = nil
    }
}
