internal import EventLoop
internal import Logging

/// A connection for statements that may take longer than a check and come seldom: one at a time, in order. It is opened
/// when first needed and closed after standing idle. What happens next ``CommandQueue`` decides; this does it.
@EventLoop
final class CommandLane: ReadinessHandler {
    private let connector: Connector
    private let schema: Schema
    /// How long the server may take for a command.
    private let deadline: Duration

    /// Called when there is a new connection.
    var onConnection: (@EventLoop () -> Void)?

    private var connection: PostgreSQLConnection?
    private var queue: CommandQueue
    /// Those that are not answered, by their numbers.
    private var commands: [Int: LaneCommand] = [:]
    private var lastID = 0
    /// Wakes the queue, at that moment.
    private var timer: (timer: LoopTimer, at: BootInstant)?

    /// How long a command waits for a lock of somebody else's transaction: others wait behind it.
    private static let lockWait = Duration.seconds(2)

    /// - Parameters:
    ///   - preparation: SQL that each connection begins with, if there is no pooler in between that would hand on to
    ///     others what it sets.
    ///   - requiresPreparation: whether a connection through a pooler is of no use for that reason.
    init(
        _ configuration: PostgreSQLConfiguration, name: String, preparation: String? = nil,
        requiresPreparation: Bool = false, threads: HelperThreads, log: Logger
    ) {
        let deadline = configuration.writeDeadline
        self.deadline = deadline
        schema = Schema(configuration.schema)
        queue = CommandQueue(deadline: deadline)
        let isPooled = !configuration.usesPreparedStatements
        let lockWait = min(deadline, Self.lockWait)
        connector = Connector(lane: name, configuration, threads: threads, log: log) {
            connection throws(PostgreSQLError) in
            try connection.introduce(isPooled: isPooled, deadline: deadline)
            // A pooler would hand on to somebody else what is set here.
            if connection.keepsState {
                // Ending all sessions of a user needs it, whatever the database's default is.
                try connection.script("SET default_transaction_isolation = 'read committed'", deadline: deadline)
                try connection.limitStatements(to: deadline, lock: lockWait)
                if let preparation { try connection.script(preparation, deadline: deadline) }
            } else if requiresPreparation {
                throw .unusable("behind a pooler it cannot be done")
            }
        }
    }

    /// Runs one statement.
    ///
    /// - Throws: `PostgreSQLError`; ``PostgreSQLError/deadline`` and ``PostgreSQLError/connection(_:)`` leave open whether
    ///   the statement was carried out.
    @discardableResult
    func run<S: Statement>(_ statement: S) async throws(PostgreSQLError) -> S.Answer {
        let answer: Result<S.Answer, PostgreSQLError> = await withCheckedContinuation { continuation in
            let command = TypedLaneCommand(statement, in: schema, continuation)
            lastID += 1
            commands[lastID] = command
            let now = BootInstant.now
            perform(
                queue.add(
                    CommandQueue.Command(
                        lastID, statement: command.name, isIdempotent: S.isIdempotent, isUrgent: S.isUrgent,
                        askedAt: now, deadline: now + deadline)))
        }
        return try answer.get()
    }

    /// Which server the connection is to; nil while there is none.
    var origin: ServerIncarnation? { connection?.origin }

    /// When the connection was opened; nil while there is none.
    var openedAt: BootInstant? { queue.openedAt }

    /// Gives the connection up, because its server is not the right one any more.
    func abandon(_ reason: String) { perform(queue.lost(.connection(reason), at: .now)) }

    /// Ends the connection; what waits fails.
    func close() { perform(queue.close()) }

    // MARK: What happens

    func ready(_ readiness: Readiness) {
        guard let connection else { return }
        do throws(PostgreSQLError) {
            if connection.isWaitingToWrite { try connection.flushOnLoop() }
            try connection.consumeInput()
            while self.connection === connection, let result = connection.nextReadyResult() { take(result) }
            // Lost with one of them.
            guard self.connection === connection else { return }
            if !connection.isActive { perform(queue.serverIsReady(at: .now)) }
            if !readiness.isDisjoint(with: [.hangUp, .error]) { perform(queue.hungUp(at: .now)) }
        } catch {
            perform(queue.lost(error, at: .now))
        }
    }

    private func take(_ result: borrowing PostgreSQLResult) {
        if case .failed(let error) = result.status { return perform(queue.received(error, at: .now)) }
        if let id = queue.running { commands[id]?.read(result) }
        perform(queue.received(nil, at: .now))
    }

    private func connect() {
        connector.connect { [weak self] result in
            guard let self, !queue.isClosed else { return }
            switch consume result {
            case .success(let connection):
                self.connection = connection
                connection.joinLoop(self)
                queue.opened(keepsState: connection.keepsState, at: .now)
                // Whoever is told may give it up.
                onConnection?()
                perform(queue.advance(at: .now))
            case .failure(let error): perform(queue.couldNotConnect(error, at: .now))
            }
        }
    }

    // MARK: What is to be done

    private func perform(_ actions: [CommandQueue.Action]) {
        for action in actions {
            switch action {
            case .connect: connect()
            case .disconnect: disconnect()
            case .reportLoss(let error): connector.lost(error)
            case .markHealthy: connector.markHealthy()
            case .prepare(let id):
                send(id) { connection, command throws(PostgreSQLError) in
                    try connection.sendPrepare(command.name, command.sql)
                }
            case .run(let id, let byName):
                send(id) { connection, command throws(PostgreSQLError) in
                    try connection.send(
                        prepared: byName ? command.name : nil, command.sql, command.parameters, binaryResult: false)
                }
            case .answer(let id, nil): commands.removeValue(forKey: id)?.finish()
            case .answer(let id, let error?): commands.removeValue(forKey: id)?.fail(error)
            }
        }
        armTimer()
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

    /// Wakes at the next moment at which something is over. One that comes too early does no harm.
    private func armTimer() {
        guard let moment = queue.wakeAt else {
            timer?.timer.cancel()
            timer = nil
            return
        }
        if let timer, timer.at <= moment { return }
        timer?.timer.cancel()
        let next = Reactor.shared.schedule(at: moment) { [weak self] in
            guard let self else { return }
            timer = nil
            perform(queue.tick(at: .now))
        }
        timer = (next, moment)
    }
}
