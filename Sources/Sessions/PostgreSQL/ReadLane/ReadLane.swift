internal import EventLoop
internal import Logging

/// The connection that answers checks. All look-ups of one turn of the event loop are sent in one statement and one
/// pipelined batch: a statement with twenty hashes costs PostgreSQL little more than one with a single hash.
///
/// ``LookUpQueue`` decides, this class performs.
@EventLoop
final class ReadLane: ReadinessHandler, TurnEndHandler {
    /// A handler called once, with PostgreSQL's answer: the session, nil if there is none, or the reason why it cannot be
    /// determined.
    typealias Answer = @EventLoop (Result<PackedSession?, SessionStoreError>) -> Void

    /// A handler called when a heartbeat was confirmed: PostgreSQL answers, and the keys are known.
    var onHeartbeat: (@EventLoop () -> Void)?
    /// A handler called with each live session that PostgreSQL has returned.
    var onSnapshot: (@EventLoop (SessionSnapshot, SHA256Digest) -> Void)?
    /// A handler called if the database cannot be used until an operator intervenes.
    var onUnusable: (@EventLoop (String) -> Void)?

    let memory: SessionMemory
    private(set) var queue: LookUpQueue<Answer>
    private var connection: PostgreSQLConnection?
    let connector: Connector
    private var statements: ReadLaneStatements
    private let names: ConfigurationNames
    private var log: ReadLaneLog
    private let notifications: NotificationReader
    private let listeningPause = ListeningPause()
    /// The part of PostgreSQL's notification queue that is in use, in percent, according to the last heartbeat; nil before
    /// the first one.
    private(set) var notificationQueuePercent: Int?
    private let meter: StoreMeter
    private let heartbeatInterval: Duration
    /// The maximum number of times in a turn that bytes are read, of 16 KB mostly.
    private static let maxReads = 64
    private lazy var timer = LaneTimer { [weak self] in self?.tick() }

    /// Creates a lane without a connection.
    /// - Parameters:
    ///   - memory: The memory that learns PostgreSQL's answers and revocations.
    ///   - migrations: What the first connection applies or checks; nil for nothing.
    ///   - faults: The log for rights, owners and triggers that were changed; nil for one of the lane's own.
    ///   - meter: The counters of the store; nil for counters of the lane's own.
    init(
        _ configuration: PostgreSQLConfiguration, memory: SessionMemory, migrations: Migrations?,
        faults: SchemaFaultLog? = nil, meter: StoreMeter? = nil, threads: HelperThreads, log: Logger
    ) {
        self.memory = memory
        self.meter = meter ?? StoreMeter()
        notifications = NotificationReader(self.meter)
        self.log = ReadLaneLog(log, configuration.names)
        names = configuration.names
        let limits = LookUpLimits(configuration, memory)
        queue = LookUpQueue(limits)
        Reactor.shared.watchStandstills(for: configuration.lookUpDeadline)
        heartbeatInterval = limits.heartbeatInterval
        statements = ReadLaneStatements(Schema(configuration.schema))
        connector = .readLane(
            configuration, listens: memory.isOn, listeningPause, migrations,
            faults ?? SchemaFaultLog(interval: .seconds(3600), log: log), threads: threads, log: log)
        connector.onNoAnswer = { [weak self] begunAt in self?.noteNoAnswer(toAttemptAt: begunAt) }
        connector.onAnswer = { [weak self] in self?.noteAnswer() }
    }

    /// A handler called if PostgreSQL refuses the role or its password.
    var onRefusedLogin: (@EventLoop () -> Void)? {
        get { connector.onRefusedLogin }
        set { connector.onRefusedLogin = newValue }
    }

    /// Connects, and reconnects after each loss.
    func start() {
        perform(queue.connect())
        beat()
    }

    /// Closes the connection. Pending look-ups fail.
    func close() {
        perform(queue.close())
        connector.cancel()
    }

    // MARK: Events

    /// Queries the session of a token's hash. `answer` may be called before this method returns. Not `async`: a task and
    /// its continuation would cost as much as everything else that a check computes.
    func lookUp(_ hash: SHA256Digest, from network: ClientNetwork? = nil, _ answer: @escaping Answer) {
        noteStandstill()
        if let action = queue.ask(hash, answer, from: network, at: .now) { perform(action) }
        guard connection == nil else { return }
        setTimer()
        hurry()
    }

    /// Shortens the delay before the next attempt to connect, because a check needs PostgreSQL.
    func hurry() {
        guard connection == nil else { return }
        // Only an attempt from after the lease's end tells whether known sessions may be accepted.
        if let end = memory.undecidedSince(.now) { connector.renew(since: end) } else { connector.hurry() }
    }

    /// Handles a revocation, received or made by this process.
    /// - Parameters:
    ///   - revocation: The revocation.
    ///   - isInRows: True if the rows of all sessions that it has ended show it.
    func hear(_ revocation: Revocation, isInRows: Bool = false) {
        memory.hear(revocation)
        queue.hear(revocation, isInRows: isInRows)
    }

    /// Closes the connection, for a reason that its server does not know, and opens another one.
    func lose(_ error: PostgreSQLError) { perform(queue.lost(error, at: .now)) }

    /// Sends a heartbeat now, so that new keys are known soon.
    func askHeartbeat() { perform(queue.askHeartbeat()) }

    /// Keeps the lease and the keys fresh, and detects a server that does not answer even if there are no checks.
    private func beat() {
        guard !queue.isClosed else { return }
        Reactor.shared.schedule(after: heartbeatInterval) { [weak self] in self?.beat() }
        perform(queue.askHeartbeat())
    }

    func turnEnds() {
        send(queue.turnEnds(at: .now))
        setTimer()
    }

    private func tick() {
        noteStandstill()
        // What has arrived in time counts, even if the loop has not come to it.
        if connection != nil { ready(.readable) }
        perform(queue.tick(at: .now))
        setTimer()  // also if it fired early
    }

    private func expire(_ key: LookUpKey) {
        noteStandstill()
        perform(queue.expire(key, at: .now))
    }

    private func noteStandstill() {
        if let end = Reactor.shared.lastStandstill { queue.stoodStill(until: end) }
    }

    private func noteNoAnswer(toAttemptAt begunAt: BootInstant) {
        if memory.noteNoAnswer(toAttemptAt: begunAt) { perform(queue.beginSilence()) }
    }

    private func noteAnswer() {
        memory.noteAnswer()
        queue.endSilence()
    }

    func ready(_ readiness: Readiness) {
        noteStandstill()
        guard let connection else { return }
        do throws(PostgreSQLError) {
            for _ in 0..<Self.maxReads {
                try connection.consumeInput()
                if connection.isWaitingToWrite { try connection.flushOnLoop() }
                // A reply may end the connection.
                while self.connection === connection, let result = connection.nextReadyResult() { try take(result) }
                guard hearRevocations() else { return }
            }
        } catch {
            lose(error)
        }
    }

    private func take(_ result: borrowing PostgreSQLResult) throws(PostgreSQLError) {
        noteStandstill()  // within this turn
        let status = result.status
        guard case .rows = status, let origin else { return perform(queue.received(.other(status), at: .now)) }
        let reply = try ReadReply(rows: result, to: queue.nextQuestion, from: origin)
        perform(queue.received(reply, at: .now))
    }

    /// Handles the notifications that have arrived. All results that have arrived must be handled before: libpq queues
    /// notifications and results separately, and a result may be older than a notification.
    /// - Returns: True if there is a flood, so that answers may be behind notifications that have not been received.
    @discardableResult
    private func hearRevocations() -> Bool {
        guard let connection else { return false }
        switch notifications.read(from: connection, { hear($0) }) {
        case .all: return false
        case .some: return true
        case .tooMany:
            guard self.connection === connection else { return true }
            // Without notifications nothing is kept, and nothing is in front of the answers.
            listeningPause.begin(at: .now)
            lose(.connection(ListeningPause.reason))
            return false
        }
    }

    // MARK: Actions

    private func perform(_ actions: [LookUpQueue<Answer>.Action]) {
        guard !actions.isEmpty else { return }
        for action in actions { perform(action) }
        setTimer()
    }

    private func perform(_ action: LookUpQueue<Answer>.Action) {
        switch action {
        case .connect: connect()
        case .disconnect: disconnect()
        case .reportLoss(let error):
            meter.count(.connectionLosses)
            connector.lost(error)
        case .reportFailure(let error): log.lookUpFailed(error.reason)
        case .reportUnreadableRow(let reason): log.foundUnreadableRow(reason)
        case .awaitTurnEnd: Reactor.shared.atTurnEnd(self)
        case .expire(let key, let deadline):
            Reactor.shared.schedule(at: deadline) { [weak self] in self?.expire(key) }
        case .found(let snapshot, let hash, let askers):
            log.lookUpSucceeded()
            memory.learn(snapshot, under: hash)
            if let snapshot { onSnapshot?(snapshot, hash) }
            for asker in askers { asker(.success(snapshot?.session)) }
        case .answer(let askers, let answer): for asker in askers { asker(answer) }
        case .confirm(let heartbeat, let isFirst, let isListening):
            connector.markHealthy()
            notificationQueuePercent = heartbeat.heartbeat.notifications.queuePercent
            log.update(heartbeat.heartbeat.notifications, at: .now)
            memory.takeHeartbeat(
                heartbeat.heartbeat, of: queue.server?.cluster, sentAt: heartbeat.sentAt, isFirst: isFirst,
                listens: isListening)
        case .endLease: memory.endLease()
        case .revokeEverything: memory.hear(.everything)
        case .announceHeartbeat(let state):
            onHeartbeat?()
            // Only a new connection can begin to listen: its first heartbeat must come after that.
            if case .postponed? = connection?.notifications, state.mayListen, listeningPause.isOver(at: .now) {
                lose(.replacement("to request notifications again"))
            }
        }
    }

    /// Must be called whenever a time limit may have begun: at the end of a turn, after actions, and while look-ups wait.
    private func setTimer() { if let limit = queue.wakeAt { timer.set(to: limit) } }

    private func send(_ messages: [ReadDialogue.Message]) {
        guard !messages.isEmpty, let connection else { return }
        do throws(PostgreSQLError) {
            for message in messages { try statements.send(message, on: connection) }
            try connection.flushOnLoop()
        } catch {
            lose(error)
        }
    }

    private func connect() {
        connector.connect(isAwaited: queue.isAwaited) { [weak self] result in
            guard let self else { return }
            switch consume result {
            case .success(let connection): adopt(connection)
            case .failure(let error):
                if case .unusable = error { onUnusable?(error.reason(names)) }
                perform(queue.connect())
            }
        }
    }

    private func adopt(_ connection: PostgreSQLConnection) {
        guard !queue.isClosed else { return }
        guard let server = ConnectedServer(connection, openedAt: .now) else {
            preconditionFailure("the connection was not introduced")
        }
        self.connection = connection
        statements = ReadLaneStatements(connection.schema)
        connection.joinLoop(self)
        log.opened(connection.notifications)
        perform(queue.opened(to: server))
    }

    private func disconnect() {
        // What the server sent before the end still counts.
        hearRevocations()
        connection?.leaveLoop()
        connection = nil
        timer.cancel()
    }
}
