internal import DequeModule
internal import EventLoop
internal import Logging

/// A connection for statements that may take longer than a check and come seldom: one at a time, in order. It is opened
/// when first needed and closed after standing idle.
@EventLoop
final class CommandLane: ReadinessHandler {
    private let configuration: PostgreSQLConfiguration
    private let connector: Connector
    private let log: Logger
    private let schema: Schema

    /// Called when there is a new connection.
    var onConnection: (@EventLoop () -> Void)?

    private var connection: PostgreSQLConnection?
    /// When the connection was opened.
    private(set) var openedAt: BootInstant?
    /// The first of the queue is at the server when `isSent`.
    private var queue = Deque<LaneCommand>()
    private var isSent = false
    /// The name under which it is being prepared; nil when it is there to be run.
    private var preparing: String?
    /// The names of the statements that the connection has prepared.
    private var prepared: Set<String> = []
    /// What the server has said about it, until it has said all; a success was read by the command.
    private var received: Result<Void, PostgreSQLError>?
    private var idleTimer: LoopTimer?
    private var isClosed = false

    private static let maxQueue = 1024
    private static let idleTime = Duration.seconds(60)
    /// How long a command waits for a lock of somebody else's transaction: others wait behind it.
    private static let lockWait = Duration.seconds(2)
    /// For how long a connection is known to lead to the server that is the primary.
    private static let certainty = Duration.seconds(1)
    /// How long a command waits for a connection while there is none to be had.
    private static let connectionWait = Duration.seconds(1)

    /// - Parameters:
    ///   - preparation: SQL that each connection begins with, if there is no pooler in between that would hand on to
    ///     others what it sets.
    ///   - requiresPreparation: whether a connection through a pooler is of no use for that reason.
    init(
        _ configuration: PostgreSQLConfiguration, name: String, preparation: String? = nil,
        requiresPreparation: Bool = false, threads: HelperThreads, log: Logger
    ) {
        self.configuration = configuration
        self.log = log
        schema = Schema(configuration.schema)
        let deadline = configuration.writeDeadline
        let isPooled = !configuration.usesPreparedStatements
        let lockWait = min(deadline, Self.lockWait)
        connector = Connector(lane: name, url: configuration.url, threads: threads, log: log) {
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
            guard queue.count < Self.maxQueue, !isClosed else {
                return command.fail(.connection("too many commands wait, or the store was closed"))
            }
            enqueue(command)
            command.timer = Reactor.shared.schedule(after: configuration.writeDeadline) { [weak self] in
                self?.expire(command)
            }
            advance()
        }
        return try answer.get()
    }

    /// Which server the connection is to; nil while there is none.
    var origin: ServerIncarnation? { connection?.origin }

    /// Gives the connection up, because its server is not the right one any more.
    func abandon(_ reason: String) { lose(.connection(reason)) }

    /// Ends the connection; what waits fails.
    func close() {
        isClosed = true
        drop()
        while !queue.isEmpty { answerFirst(.failure(.connection("the store was closed"))) }
    }

    private func enqueue(_ command: LaneCommand) {
        // Never before the first, which may be at the server.
        let place = command.isUrgent ? queue.indices.dropFirst().first { !queue[$0].isUrgent } : nil
        queue.insert(command, at: place ?? queue.endIndex)
    }

    /// Sends the first command, if there is one and it is not under way.
    private func advance() {
        idleTimer?.cancel()
        guard let command = queue.first else { return armIdle() }
        guard let connection else { return connect() }
        guard !isSent else { return }
        do throws(PostgreSQLError) {
            let name = connection.keepsState ? StatementName.of(command.sql, purpose: command.purpose) : nil
            if let name, !prepared.contains(name) {
                try connection.sendPrepare(name, command.sql)
                preparing = name
            } else {
                try connection.send(prepared: name, command.sql, command.parameters, binaryResult: false)
            }
            isSent = true
            // What it waited before it was sent is no reason to give up a connection that works.
            if !command.isPrepared {
                command.timer?.cancel()
                command.timer = Reactor.shared.schedule(after: configuration.writeDeadline) { [weak self] in
                    self?.expire(command)
                }
            }
            try connection.flushOnLoop()
        } catch {
            lose(error)
        }
    }

    func ready(_ readiness: Readiness) {
        guard let connection else { return }
        do throws(PostgreSQLError) {
            if connection.isWaitingToWrite { try connection.flushOnLoop() }
            try connection.consumeInput()
            while let result = connection.nextReadyResult() { try take(result) }
            // Only when the server is ready for the next command is this one over.
            if let answer = received, !connection.isActive { finish(answer) }
            // An idle connection that became readable and is not any more is one that the server has closed.
            if !isSent && !readiness.isDisjoint(with: [.hangUp, .error]) { throw .connection("the server hung up") }
        } catch {
            lose(error)
        }
    }

    private func take(_ result: borrowing PostgreSQLResult) throws(PostgreSQLError) {
        guard isSent else { throw .confusion("an answer to nothing that was asked") }
        if case .failed(let error) = result.status {
            guard !error.endsConnection || isAnswer(error) else { throw error }
            received = .failure(error)
        } else {
            if preparing == nil { queue.first?.read(result) }
            received = .success(())
        }
    }

    /// Whether a server that takes no changes is the right one all the same: it was not a standby a moment ago. Another
    /// connection would hear the same.
    private func isAnswer(_ error: PostgreSQLError) -> Bool {
        guard error.isReadOnlyTransaction, let openedAt else { return false }
        return .now - openedAt < Self.certainty
    }

    private func finish(_ answer: Result<Void, PostgreSQLError>) {
        isSent = false
        received = nil
        connector.markHealthy()
        if let name = preparing, case .success = answer, let command = queue.first {
            preparing = nil
            prepared.insert(name)
            command.isPrepared = true
            return advance()
        }
        preparing = nil
        if case .failure(.server(let state, _)) = answer, state.asksForRepetition, let command = queue.first,
            command.isIdempotent, !command.wasRepeated
        {
            command.wasRepeated = true
        } else {
            answerFirst(answer)
        }
        advance()
    }

    private func answerFirst(_ answer: Result<Void, PostgreSQLError>) {
        let command = queue.removeFirst()
        command.timer?.cancel()
        switch answer {
        case .success: command.finish()
        case .failure(let error): command.fail(error)
        }
    }

    /// The connection is of no more use. The command that was under way is sent again on the next one if nothing of it
    /// can have happened, or if it does no harm twice.
    private func lose(_ error: PostgreSQLError) {
        guard connection != nil else { return }
        if isSent, let command = queue.first {
            let wasRefused = if case .server(let state, _) = error { state.refusesConnection } else { false }
            command.isPrepared = false
            if (preparing != nil || wasRefused || command.isIdempotent) && !command.wasRepeated && error != .deadline {
                command.wasRepeated = true
            } else {
                answerFirst(.failure(error))
            }
            // After this one the next connection is made at once, which tells whether that server was demoted.
            if !error.isReadOnlyTransaction { connector.lost(error.reason) }
        } else if !queue.isEmpty {
            connector.lost(error.reason)
        }
        drop()
        if !queue.isEmpty { connect() }
    }

    /// A command's time is over. If it is at the server, what became of it is unknown, and the connection goes.
    private func expire(_ command: LaneCommand) {
        guard let index = queue.firstIndex(where: { $0 === command }) else { return }
        if index == 0 && isSent { return lose(.deadline) }
        queue.remove(at: index)
        command.fail(.deadline)
    }

    private func drop() {
        guard let connection else { return }
        connection.leaveLoop()
        self.connection = nil
        prepared = []
        preparing = nil
        isSent = false
        received = nil
    }

    private func armIdle() {
        guard connection != nil else { return }
        idleTimer?.cancel()
        idleTimer = Reactor.shared.schedule(after: Self.idleTime) { [weak self] in
            guard let self, queue.isEmpty else { return }
            drop()
        }
    }

    /// There was no connection to be had: those who have waited long enough learn why.
    private func giveUp(_ error: PostgreSQLError) {
        let now = BootInstant.now
        while let command = queue.first, isHopeless(error) || now - command.askedAt >= Self.connectionWait {
            answerFirst(.failure(error))
        }
    }

    private func isHopeless(_ error: PostgreSQLError) -> Bool { if case .unusable = error { true } else { false } }

    private func connect() {
        connector.connect { [weak self] result in
            guard let self, !isClosed else { return }
            switch consume result {
            case .success(let connection):
                self.connection = connection
                openedAt = .now
                connection.joinLoop(self)
                onConnection?()
                advance()
            case .failure(let error):
                giveUp(error)
                if !queue.isEmpty { connect() }
            }
        }
    }
}
