internal import DequeModule
internal import EventLoop
internal import Logging

/// The connection that answers checks: all look-ups of one turn of the loop go out in one pipelined batch.
///
/// Three rules keep one user's session from another's check. Each answer carries the hash it answers for, and one that
/// does not fit its question ends the connection. A connection that missed a deadline is thrown away with everything on
/// it. Statements that were not run because an earlier one of their batch failed are asked again, once, each in a
/// batch of its own.
@EventLoop
final class ReadLane: ReadinessHandler, TurnEndHandler {
    /// What the heartbeat brought, and when it was sent.
    private(set) var keys: TokenKeys?
    private(set) var lastHeartbeat: BootInstant?
    /// Called whenever a connection was made.
    var onConnected: (@EventLoop () -> Void)?
    /// Called when the database cannot be used before an operator has done something.
    var onUnusable: (@EventLoop (String) -> Void)?

    private let configuration: PostgreSQLConfiguration
    private let lookUpText: String
    private let absentText: String
    private let heartbeatText: String
    private let connector: Connector
    private let log: Logger

    /// nil while there is none; then one is being made.
    private var connection: PostgreSQLConnection?
    /// What was sent, in the order in which the answers come.
    private var outstanding = Deque<Item>()
    /// What waits for a connection.
    private var waiting = Deque<LookUp>()
    private var deadlineTimer: LoopTimer?
    private var givingUpTimer: LoopTimer?
    private var isDirty = false
    private var isWaitingToWrite = false
    private var isClosed = false

    private enum Item {
        case lookUp(LookUp)
        case heartbeat(BootInstant)
        case sync
    }

    /// What is called with a look-up's answer, once.
    typealias Answer = @EventLoop (Result<Session?, SessionStoreError>) -> Void

    /// One question, on its way from ``lookUp(_:_:)`` to its answer.
    private final class LookUp {
        let hash: Digest
        let answer: Answer
        var deadline: BootInstant
        var sentAt: BootInstant
        /// It was asked before, on a connection that was lost or in a batch that failed.
        var isSecondTry = false
        /// There was no row; asked again so that the answer says whose it is.
        var isAbsent = false

        init(_ hash: Digest, now: BootInstant, deadline: BootInstant, _ answer: @escaping Answer) {
            self.hash = hash
            self.answer = answer
            self.deadline = deadline
            sentAt = now
        }
    }

    /// How long a look-up waits for a connection to come back before it gives up.
    private static let reconnectWait = Duration.milliseconds(300)
    /// When the oldest look-up has waited this long for its answer, new ones are refused: they would wait longer.
    private static let longestQueue = Duration.milliseconds(500)
    private static let heartbeatInterval = Duration.seconds(2)
    /// How old a heartbeat may be for its keys to be all keys.
    private static let keysAge = Duration.seconds(5)
    private nonisolated static let lookUpName = "authfcgi_look_up"
    private nonisolated static let absentName = "authfcgi_look_up_absent"
    private nonisolated static let heartbeatName = "authfcgi_heartbeat"

    init(
        _ configuration: PostgreSQLConfiguration, lifetime: Duration, threads: HelperThreads, log: Logger
    ) {
        self.configuration = configuration
        self.log = log
        let statements = Statements(schema: configuration.schema)
        lookUpText = statements.lookUp
        absentText = statements.lookUpAbsent
        heartbeatText = statements.heartbeat
        let migrations = configuration.migrates ? Migrations(schema: configuration.schema, lifetime: lifetime) : nil
        let deadline = configuration.writeDeadline
        let prepares = configuration.usesPreparedStatements
        connector = Connector(lane: "read lane", url: configuration.url, threads: threads, log: log) {
            connection throws(PostgreSQLError) in
            let standby = try connection.query("SELECT pg_is_in_recovery()", deadline: deadline).text(0, 0)
            guard standby == "f" else { throw .connection("the server is a standby; sessions live on the primary") }
            try migrations?.run(on: connection, log: log)
            if prepares {
                // Planned once: the statement is the same for every token.
                try connection.script("SET plan_cache_mode = force_generic_plan", deadline: deadline)
                try connection.prepare(Self.lookUpName, statements.lookUp, deadline: deadline)
                try connection.prepare(Self.absentName, statements.lookUpAbsent, deadline: deadline)
                try connection.prepare(Self.heartbeatName, statements.heartbeat, deadline: deadline)
            }
            try connection.enterPipeline()
        }
    }

    /// Connects, and stays connected from now on.
    func start() {
        reconnect()
        beat()
    }

    /// Ends the connection; whoever still waits learns that the store is gone.
    func close() {
        isClosed = true
        drop()
        fail(waiting, .unavailable("the store was closed"))
        waiting.removeAll()
    }

    var isConnected: Bool { connection != nil }

    /// Whether the keys are fresh enough to say that a tag of none of them was never issued.
    var knowsAllKeys: Bool {
        guard connection != nil, let lastHeartbeat else { return false }
        return .now - lastHeartbeat < Self.keysAge
    }

    /// Asks for the session of a token's hash and calls `answer` with PostgreSQL's own word: the session, nil when there
    /// is none, or why it cannot tell.
    ///
    /// A callback and no task: this is the path of every check, and a task with its continuation would cost as much as
    /// all else the worker computes for it.
    func lookUp(_ hash: Digest, _ answer: @escaping Answer) {
        let now = BootInstant.now
        guard outstanding.count + waiting.count < configuration.lookUpLimit, !isBehind(now), !isClosed else {
            return answer(.failure(.overloaded))
        }
        let lookUp = LookUp(hash, now: now, deadline: now + configuration.lookUpDeadline, answer)
        if connection == nil {
            wait(lookUp)
        } else {
            send(lookUp, now: now)
        }
    }

    private func isBehind(_ now: BootInstant) -> Bool {
        for item in outstanding {
            guard case .lookUp(let first) = item else { continue }
            return now - first.sentAt > Self.longestQueue
        }
        return false
    }

    // MARK: Sending

    private func send(_ lookUp: LookUp, now: BootInstant) {
        guard let connection else { return wait(lookUp) }
        lookUp.sentAt = now
        do throws(PostgreSQLError) {
            let prepares = configuration.usesPreparedStatements
            if lookUp.isAbsent {
                try connection.send(prepared: prepares ? Self.absentName : nil, absentText, lookUp.hash)
            } else {
                try connection.send(prepared: prepares ? Self.lookUpName : nil, lookUpText, lookUp.hash)
            }
            outstanding.append(.lookUp(lookUp))
            markDirty()
        } catch {
            lose(error)
            wait(lookUp)
        }
    }

    /// Keeps the keys fresh and finds a server that does not answer any more also when nobody asks for a session.
    private func beat() {
        guard !isClosed else { return }
        Reactor.shared.schedule(after: Self.heartbeatInterval) { [weak self] in self?.beat() }
        sendHeartbeat()
    }

    private func sendHeartbeat() {
        guard let connection else { return }
        for case .heartbeat in outstanding { return }
        do throws(PostgreSQLError) {
            let name = configuration.usesPreparedStatements ? Self.heartbeatName : nil
            try connection.send(prepared: name, heartbeatText)
            outstanding.append(.heartbeat(.now))
            markDirty()
        } catch {
            lose(error)
        }
    }

    private func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        Reactor.shared.atTurnEnd(self)
    }

    /// One Sync for what the turn gathered.
    func turnEnds() {
        isDirty = false
        guard let connection, case .some(let last) = outstanding.last else { return }
        if case .sync = last { return }
        do throws(PostgreSQLError) {
            try connection.sync()
            outstanding.append(.sync)
            try flush(connection)
        } catch {
            lose(error)
        }
        armDeadline()
    }

    private func flush(_ connection: PostgreSQLConnection) throws(PostgreSQLError) {
        let needsToWrite = try connection.flush() == .more
        guard needsToWrite != isWaitingToWrite else { return }
        isWaitingToWrite = needsToWrite
        Reactor.shared.change(connection.socket, needsToWrite ? [.readable, .writable] : [.readable])
    }

    // MARK: Receiving

    func ready(_ readiness: Readiness) {
        guard let connection else { return }
        do throws(PostgreSQLError) {
            try connection.consumeInput()
            if isWaitingToWrite { try flush(connection) }
            while let result = connection.nextReadyResult() { try take(result) }
        } catch {
            lose(error)
        }
    }

    private func take(_ result: borrowing PostgreSQLResult) throws(PostgreSQLError) {
        guard let item = outstanding.popFirst() else { throw .confusion("an answer to nothing that was asked") }
        switch (item, result.status) {
        case (.sync, .sync): break
        case (.lookUp(let lookUp), .rows): try answer(lookUp, result)
        case (.lookUp(let lookUp), .aborted): try askAgain(lookUp, "not run")
        case (.lookUp(let lookUp), .failed(let error)):
            guard !error.endsConnection else {
                outstanding.prepend(item)
                throw error
            }
            log.warning("a look-up failed: \(error.reason)")
            try askAgain(lookUp, error.reason)
        case (.heartbeat(let sent), .rows): try take(heartbeat: result, sentAt: sent)
        case (.heartbeat, .aborted): break
        case (.heartbeat, .failed(let error)): throw error
        case (_, let status):
            outstanding.prepend(item)
            throw .confusion("the server's answers are out of step (\(status))")
        }
    }

    private func answer(_ lookUp: LookUp, _ result: borrowing PostgreSQLResult) throws(PostgreSQLError) {
        if result.rowCount == 0 && !lookUp.isAbsent {
            lookUp.isAbsent = true
            return send(lookUp, now: .now)
        }
        guard result.rowCount == 1, SessionRow.hash(result, row: 0) == lookUp.hash else {
            outstanding.prepend(.lookUp(lookUp))
            throw .confusion("the answer belongs to another question")
        }
        do throws(PostgreSQLError) {
            lookUp.answer(.success(try SessionRow.session(result, row: 0)))
        } catch {
            lookUp.answer(.failure(.unavailable(error.reason)))
            throw error
        }
    }

    /// Asks once more, in a batch of its own, so that what failed before cannot touch it again.
    private func askAgain(_ lookUp: LookUp, _ reason: String) throws(PostgreSQLError) {
        guard let connection, !lookUp.isSecondTry, lookUp.deadline > .now else {
            return lookUp.answer(.failure(.unavailable(reason)))
        }
        lookUp.isSecondTry = true
        turnEnds()  // what was gathered in this turn gets its own Sync first
        send(lookUp, now: .now)
        guard self.connection === connection else { return }
        turnEnds()
    }

    private func take(heartbeat result: borrowing PostgreSQLResult, sentAt sent: BootInstant) throws(PostgreSQLError) {
        var accepted: [TokenKey] = []
        var minting: Int?
        for row in 0..<result.rowCount {
            guard !result.isTrue(row, 3) else {
                throw .connection("the server has become a standby")
            }
            guard let generation = result.binaryInteger(row, 0) else { throw .confusion("a key cannot be read") }
            let bytes = unsafe result.withBytes(row, 1) { bytes in unsafe Array(bytes) }
            accepted.append(TokenKey(generation: Int(generation), bytes: bytes))
            if result.isTrue(row, 2) { minting = Int(generation) }
        }
        guard let minting, let keys = TokenKeys(accepted: accepted, minting: minting) else {
            throw .connection("the table session_keys is empty; run 'SELECT rotate_session_key()'")
        }
        self.keys = keys
        lastHeartbeat = sent
    }

    // MARK: Deadlines and loss

    /// Wakes at the deadline of what was sent first.
    private func armDeadline() {
        guard deadlineTimer == nil, let deadline = firstDeadline else { return }
        deadlineTimer = Reactor.shared.schedule(at: deadline) { [weak self] in
            guard let self else { return }
            deadlineTimer = nil
            if let deadline = firstDeadline, deadline <= .now { lose(.deadline) }
            armDeadline()
        }
    }

    private var firstDeadline: BootInstant? {
        for item in outstanding {
            switch item {
            case .lookUp(let lookUp): return lookUp.sentAt + configuration.lookUpDeadline
            case .heartbeat(let sent): return sent + configuration.lookUpDeadline
            case .sync: continue
            }
        }
        return nil
    }

    /// Throws the connection away. Look-ups that still have time wait for the next one, once.
    private func lose(_ error: PostgreSQLError) {
        guard connection != nil else { return }
        connector.lost(error.reason)
        let asked = outstanding
        drop()
        for case .lookUp(let lookUp) in asked {
            if lookUp.isSecondTry {
                lookUp.answer(.failure(.unavailable(error.reason)))
            } else {
                lookUp.isSecondTry = true
                wait(lookUp)
            }
        }
        reconnect()
    }

    private func drop() {
        guard let connection else { return }
        connection.leaveLoop()
        self.connection = nil
        isWaitingToWrite = false
        deadlineTimer?.cancel()
        deadlineTimer = nil
        outstanding.removeAll()
    }

    /// Has a look-up wait for the next connection, briefly.
    private func wait(_ lookUp: LookUp) {
        lookUp.deadline = min(lookUp.deadline, .now + Self.reconnectWait)
        waiting.append(lookUp)
        armGivingUp()
    }

    /// Answers those that have waited long enough, a few milliseconds late at most: one pass serves many.
    private func armGivingUp() {
        guard givingUpTimer == nil, let next = waiting.lazy.map(\.deadline).min() else { return }
        givingUpTimer = Reactor.shared.schedule(at: max(next, .now + .milliseconds(5))) { [weak self] in
            guard let self else { return }
            givingUpTimer = nil
            let now = BootInstant.now
            let late = waiting.filter { $0.deadline <= now }
            waiting.removeAll { $0.deadline <= now }
            fail(late, .unavailable("PostgreSQL is not reachable"))
            armGivingUp()
        }
    }

    private func fail(_ lookUps: Deque<LookUp>, _ error: SessionStoreError) {
        for lookUp in lookUps { lookUp.answer(.failure(error)) }
    }

    private func reconnect() {
        guard !isClosed else { return }
        connector.connect { [weak self] result in
            guard let self else { return }
            switch consume result {
            case .success(let connection): adopt(connection)
            case .failure(let error):
                if case .unusable(let reason) = error { onUnusable?(reason) }
                reconnect()
            }
        }
    }

    private func adopt(_ connection: PostgreSQLConnection) {
        guard !isClosed else { return }
        self.connection = connection
        Reactor.shared.add(connection.socket, [.readable], self)
        onConnected?()
        sendHeartbeat()
        let lookUps = waiting
        waiting.removeAll()
        for lookUp in lookUps { send(lookUp, now: .now) }
    }
}
