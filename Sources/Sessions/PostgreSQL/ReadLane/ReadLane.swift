internal import DequeModule
internal import EventLoop
internal import Logging

/// The connection that answers checks. All look-ups of one turn of the loop go out in one statement and one pipelined
/// batch: for PostgreSQL a statement with twenty hashes costs little more than one with a single hash.
///
/// Three rules keep one user's session from another's check. Each row carries the hash it answers for, and one that
/// nobody asked for ends the connection; where there is no row, the question is asked again so that it comes back with
/// the answer. A connection that missed a deadline is thrown away with everything on it. What failed, or was not run
/// because something before it failed, is asked again, once, each look-up in a batch of its own.
@EventLoop
final class ReadLane: ReadinessHandler, TurnEndHandler {
    /// What the heartbeat brought, and when it was sent.
    var keys: TokenKeys?
    var lastHeartbeat: BootInstant?
    /// Called whenever a heartbeat has come back: PostgreSQL answers, and the keys are known.
    var onHeartbeat: (@EventLoop () -> Void)?
    /// Called with what PostgreSQL has said of a live session.
    var onSnapshot: (@EventLoop (SessionSnapshot, SHA256Digest) -> Void)?
    /// Called when the database cannot be used before an operator has done something.
    var onUnusable: (@EventLoop (String) -> Void)?

    let configuration: PostgreSQLConfiguration
    private let leaseTime: Duration
    /// When the oldest look-up has waited this long for its answer, new ones are refused: they would wait too long, and
    /// so would a heartbeat behind them.
    private let maxQueue: Duration
    private let heartbeatInterval: Duration
    let memory: SessionMemory
    let statements: ReadLaneStatements
    let connector: Connector
    let log: Logger

    /// nil while there is none; then one is being made.
    var connection: PostgreSQLConnection?
    /// Look-ups of the present turn, not sent yet.
    var gathered: [LookUp] = []
    var outstanding = Deque<ReadLaneQuestion>()
    var waiting: WaitingLookUps
    /// Look-ups that are not answered yet, wherever they are.
    private var unanswered = 0
    /// Those of them that others may join.
    var underWay: [SHA256Digest: LookUp] = [:]
    /// Its rows are here, the end of its batch is not.
    var arrivedHeartbeat: (Heartbeat, sentAt: BootInstant)?
    /// Whether one has come back on this connection.
    var hasHeartbeat = false
    /// When the connection was opened.
    var openedAt: BootInstant?
    var heartbeatIsDue = false
    /// What was said last about the lack of notifications.
    var notListening = LogEpisode()
    var deadlineTimer: LoopTimer?
    private var isDirty = false
    var isClosed = false

    /// Heartbeats that are not answered: more do not make a slow server faster.
    private static let maxHeartbeats = 4
    /// How often at least: the keys have to be fresh also when nothing depends on the lease.
    private static let maxHeartbeatInterval = Duration.seconds(2)
    /// How old a heartbeat may be for its keys to be all keys.
    private static let keysAge = Duration.seconds(5)
    /// The most look-ups in one statement.
    private static let maxBatch = 64

    init(
        _ configuration: PostgreSQLConfiguration, memory: SessionMemory, migrations: Migrations?,
        threads: HelperThreads, log: Logger
    ) {
        self.configuration = configuration
        self.memory = memory
        self.log = log
        leaseTime = memory.leaseTime
        maxQueue = min(.milliseconds(500), leaseTime / 2)
        heartbeatInterval =
            memory.isOn ? min(Self.maxHeartbeatInterval, leaseTime / 4) : Self.maxHeartbeatInterval
        waiting = WaitingLookUps()
        let statements = ReadLaneStatements(Schema(configuration.schema))
        self.statements = statements
        let listens = memory.isOn
        let deadline = configuration.writeDeadline
        let (lookUpDeadline, isPooled) = (configuration.lookUpDeadline, !configuration.usesPreparedStatements)
        connector = Connector(lane: "read lane", configuration, threads: threads, log: log) {
            connection throws(PostgreSQLError) in
            try connection.introduce(isPooled: isPooled, deadline: deadline)
            if connection.keepsState { try connection.setTimeLimits(deadline: deadline) }
            try migrations?.run(on: connection, log: log)
            if connection.keepsState {
                try connection.limitStatements(to: lookUpDeadline, lock: lookUpDeadline)
            }
            try statements.prepare(on: connection, deadline: deadline)
            // Before the first heartbeat, whose time is the one from which on nothing can be missed.
            if listens { try connection.listen(deadline: deadline) }
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
        let all = takeAll() + waiting.takeAll()
        drop()
        for lookUp in all { answer(lookUp, .failure(.unavailable("the store was closed"))) }
    }

    /// Which server the connection is to; nil while there is none.
    var origin: ServerIncarnation? { connection?.origin }

    /// Whether there is a connection; without one it takes a moment to say that nobody can be asked.
    var isConnected: Bool { connection != nil }

    /// Whether the keys are fresh enough to say that a tag of none of them was never issued.
    var knowsAllKeys: Bool {
        guard connection != nil, let lastHeartbeat else { return false }
        return .now - lastHeartbeat < Self.keysAge
    }

    /// Asks for the session of a token's hash.
    ///
    /// A callback and no task: this is the path of every check, and a task with its continuation would cost as much as
    /// all else that the worker computes for it.
    func lookUp(_ hash: SHA256Digest, _ answer: @escaping LookUp.Answer) {
        let now = BootInstant.now
        guard !isClosed else { return answer(.failure(.unavailable("the store was closed"))) }
        // What was sent longer ago could say less than this check has a right to know.
        if let same = underWay[hash], now - same.sentAt < leaseTime { return same.join(answer) }
        guard unanswered < configuration.lookUpLimit, !isBehind(now) else { return answer(.failure(.overloaded)) }
        unanswered += 1
        let lookUp = LookUp(hash, now: now, deadline: now + configuration.lookUpDeadline, answer)
        underWay[hash] = lookUp
        gather(lookUp)
    }

    private func isBehind(_ now: BootInstant) -> Bool {
        for case .lookUps(let batch) in outstanding { return now - batch[0].sentAt > maxQueue }
        return false
    }

    func answer(_ lookUp: LookUp, _ result: Result<PackedSession?, SessionStoreError>) {
        guard !lookUp.isAnswered else { return }
        unanswered -= 1
        if underWay[lookUp.hash] === lookUp { underWay[lookUp.hash] = nil }
        for asker in lookUp.answer(result) { self.lookUp(lookUp.hash, asker) }
    }

    // MARK: Sending

    func gather(_ lookUp: LookUp) {
        guard connection != nil else { return wait(lookUp) }
        gathered.append(lookUp)
        markDirty()
    }

    func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        Reactor.shared.atTurnEnd(self)
    }

    /// Sends what the turn gathered, with one Sync.
    func turnEnds() {
        isDirty = false
        guard let connection else { return }
        do throws(PostgreSQLError) {
            // The heartbeat first, and in a batch of its own: no queue of look-ups delays it, and no failed one ends it.
            if heartbeatIsDue {
                heartbeatIsDue = false
                try sync(connection)
                outstanding.append(.heartbeat(.now))
                try statements.sendHeartbeat(on: connection)
                try sync(connection)
            }
            try sendGathered(connection)
            try sync(connection)
            try connection.flushOnLoop()
        } catch {
            lose(error)
        }
        armDeadline()
    }

    /// Ends what was sent as a batch.
    private func sync(_ connection: PostgreSQLConnection) throws(PostgreSQLError) {
        guard let last = outstanding.last else { return }
        if case .sync = last { return }
        try connection.sync()
        outstanding.append(.sync)
    }

    private func sendGathered(_ connection: PostgreSQLConnection) throws(PostgreSQLError) {
        while !gathered.isEmpty {
            let batch: [LookUp]
            if gathered.count <= Self.maxBatch {
                batch = gathered
                gathered = []
            } else {
                batch = Array(gathered.prefix(Self.maxBatch))
                gathered.removeFirst(batch.count)
            }
            // Before it is sent: whatever happens, it is found where sent look-ups are.
            outstanding.append(.lookUps(batch))
            for lookUp in batch { lookUp.send() }
            try statements.sendLookUp(of: batch, on: connection)
        }
    }

    /// Keeps the lease and the keys, and finds a server that does not answer any more also when nobody asks for a
    /// session.
    private func beat() {
        guard !isClosed else { return }
        Reactor.shared.schedule(after: heartbeatInterval) { [weak self] in self?.beat() }
        sendHeartbeat()
    }

    func sendHeartbeat() {
        guard connection != nil else { return }
        var unanswered = 0
        for case .heartbeat in outstanding { unanswered += 1 }
        guard unanswered < Self.maxHeartbeats else { return }
        heartbeatIsDue = true
        markDirty()
    }

    // MARK: Receiving

    func ready(_ readiness: Readiness) {
        guard let connection else { return }
        do throws(PostgreSQLError) {
            try connection.consumeInput()
            if connection.isWaitingToWrite { try connection.flushOnLoop() }
            while let result = connection.nextReadyResult() {
                // An answer that lay here while this process stood still says what was true when it was given.
                if let deadline = firstDeadline, deadline <= .now { throw .deadline }
                try take(result)
            }
            takeRevocations()
        } catch {
            lose(error)
        }
    }
}
