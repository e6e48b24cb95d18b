public import EventLoop
internal import FoundationEssentials
public import Logging

/// The sessions that all pods share: makes them, finds them, ends them. PostgreSQL is the record; Redis, if there is one,
/// answers many questions before they come to it.
///
/// Three answers, not two: a session, nil for "there is none", and a thrown ``SessionStoreError`` for "cannot tell",
/// which must never be taken for a "no".
///
/// All calls run on the event loop, which starts a thread of its own in a program that has not given it one:
///
///     let store = await SessionStore(.init(postgreSQL: .init(url: "postgresql:///app")), log: logger)
///     await store.start()
///     let (token, session) = try await store.createAccessToken(for: Identity(userID: "42", username: "ann"))
///     try await store.session(for: token)
@EventLoop
public final class SessionStore {
    let configuration: Configuration
    let statements: Statements
    private let memory: SessionMemory
    let readLane: ReadLane
    let writeLane: CommandLane
    private let loginLane: CommandLane
    let redis: RedisSessions?
    private let log: Logger
    private let uses: UseWriter
    private var cleanup: CleanupSchedule?
    private var wasUsed = false
    /// Whether it was said that sessions are accepted although PostgreSQL is away.
    private var isInOutage = false

    /// What was counted since it was taken last.
    package private(set) var counts = SessionStoreCounts()

    /// Called once, when the store can be used for the first time.
    package var onFirstUse: (@EventLoop () -> Void)?
    /// Called when the database, at its first use, cannot be used before an operator has done what the text says.
    package var onUnusable: (@EventLoop (String) -> Void)?

    public init(_ configuration: Configuration, log: Logger) {
        self.configuration = configuration
        self.log = log
        let postgreSQL = configuration.postgreSQL
        statements = Statements(schema: postgreSQL.schema)
        let rule = RuleOfBelief(
            leaseTime: configuration.revocationDelay, outageTime: configuration.staleIfDatabaseDown)
        memory = SessionMemory(
            entries: configuration.cachedSessions, hasOthers: configuration.redis != nil, rule: rule,
            recordsAllUses: configuration.recordsLastSeen, log: log)
        redis = configuration.redis.map { redis in
            RedisSessions(redis, entryLifetime: RuleOfBelief.maximumAge + configuration.staleIfDatabaseDown, log: log)
        }
        // One a lane: a server that does not answer one lane's attempt must not keep the others waiting.
        let threads = HelperThreads(name: "connecting", threads: 3, waiting: 3)
        readLane = ReadLane(
            postgreSQL, memory: memory, migrations: Migrations(configuration), threads: threads, log: log)
        writeLane = CommandLane(postgreSQL, name: "write lane", threads: threads, log: log)
        loginLane = CommandLane(postgreSQL, name: "login lane", threads: threads, log: log)
        uses = UseWriter(memory, writeLane, statements, log: log)
    }

    /// Connects, and stays connected. Until it has, and whenever PostgreSQL is away, calls throw.
    public func start() {
        readLane.onHeartbeat = { [weak self] in
            self?.isInOutage = false
            self?.abandonStrayLane()
            self?.becomeUsable()
        }
        writeLane.onConnection = { [weak self] in self?.abandonStrayLane() }
        readLane.onUnusable = { [weak self] reason in
            guard let self, !wasUsed else { return }
            onUnusable?(reason)
        }
        if let redis {
            readLane.onStatement = { [weak self] statement, hash in
                // What is said to somebody who hears of no revocations is of no use to himself, and others ask too.
                guard let self, memory.rule.hasLease(at: .now), let keys = readLane.keys else { return }
                redis.keep(statement, under: hash, with: keys)
            }
            redis.start()
        }
        uses.onWritten = { [weak self] count in self?.counts.writtenUses += count }
        uses.start()
        if let interval = configuration.cleanupInterval {
            cleanup = CleanupSchedule(writeLane, statements, interval: interval, log: log)
            cleanup?.start()
        }
        readLane.start()
    }

    /// Writes down what is still to be written, and ends the connections.
    public func shutDown() async {
        await uses.finish()
        close()
    }

    /// Ends the connections at once.
    public func close() {
        uses.stop()
        cleanup?.stop()
        redis?.close()
        readLane.close()
        writeLane.close()
        loginLane.close()
    }

    /// After a failover a lane may still have a connection to the former primary: what is written on one server is not
    /// heard of on the other. The connection that was opened first is the one that is out of date.
    private func abandonStrayLane() {
        guard let read = readLane.origin, let write = writeLane.origin, read != write,
            let readSince = readLane.openedAt, let writeSince = writeLane.openedAt
        else { return }
        let reason = "the read lane and the write lane are connected to different servers"
        if readSince < writeSince {
            memory.endLease()
            readLane.lose(.connection(reason))
        } else {
            writeLane.abandon(reason)
        }
    }

    private func becomeUsable() {
        guard !wasUsed else { return }
        wasUsed = true
        // Redis speaks for itself.
        if redis == nil { log.info("Using database for session storage") }
        onFirstUse?()
    }

    /// Whether the store was reachable within the last `limit`; false before it was for the first time.
    package func isReachable(within limit: Duration) -> Bool {
        guard wasUsed, let last = readLane.lastHeartbeat else { return false }
        return .now - last < limit
    }

    /// Whether sessions that were used lately are accepted although PostgreSQL may be away.
    package var outlastsDatabase: Bool { wasUsed && memory.rule.mayOutlastLease(at: .now) }

    /// Whether Redis answers at present.
    package var usesRedis: Bool { redis?.isInUse ?? false }

    /// Hands over what was counted, and begins anew.
    package func takeCounts() -> SessionStoreCounts {
        defer { counts = SessionStoreCounts() }
        return counts
    }

    // MARK: Sessions

    /// The session that `token` opens; nil when there is none, because it was never made, has expired or was revoked.
    public func session(for token: SessionToken) async throws(SessionStoreError) -> Session? {
        if let session = keptSession(for: token) { return Session(session) }
        let answer = await withCheckedContinuation { continuation in
            lookUp(token) { continuation.resume(returning: $0) }
        }
        return try answer.get().map { Session($0) }
    }

    /// The session of a token if what this process keeps may be believed now; nil says only that PostgreSQL has to be
    /// asked. The first step of every check: no task, no store.
    package func keptSession(for token: SessionToken) -> PackedSession? {
        guard let session = memory.session(token.hash, at: .now) else { return nil }
        counts.kept += 1
        return session
    }

    /// What a check is answered: the session, nil when there is none, or why nobody can tell.
    package typealias Answer = @EventLoop (Result<PackedSession?, SessionStoreError>) -> Void

    /// Asks Redis, if that may help, and then PostgreSQL: the second step of a check. Calls `answer` once, maybe before it
    /// returns, without a task.
    package func lookUp(_ token: SessionToken, _ answer: @escaping Answer) {
        do throws(SessionStoreError) {
            guard try mayExist(token) else { return answer(.success(nil)) }
        } catch {
            return answer(.failure(error))
        }
        let now = BootInstant.now
        let hash = token.hash
        if memory.rule.hasLease(at: now) {
            if askRedis(hash, isOutage: false, otherwise: { [self] in askPostgreSQL(hash, answer) }, answer) { return }
        } else if !readLane.isConnected, memory.rule.mayOutlastLease(at: now) {
            return outlast(hash, otherwise: { [self] in askPostgreSQL(hash, answer) }, answer)
        }
        askPostgreSQL(hash, answer)
    }

    /// - Parameter otherwise: what is done when Redis has nothing that may be believed.
    /// - Returns: false when Redis cannot be asked; then neither closure is called.
    private func askRedis(
        _ hash: Digest, isOutage: Bool, otherwise: @escaping @EventLoop () -> Void, _ answer: @escaping Answer
    ) -> Bool {
        guard let redis, let keys = readLane.keys else { return false }
        return redis.find(hash, with: keys) { [self] statement in
            guard let statement,
                let session = memory.session(stated: statement, under: hash, at: .now, isOutage: isOutage)
            else { return otherwise() }
            counts.shared += 1
            answer(.success(session))
        }
    }

    private func askPostgreSQL(_ hash: Digest, _ answer: @escaping Answer) {
        counts.lookUps += 1
        readLane.lookUp(hash) { [self] result in
            switch result {
            case .success(.some(let session)): memory.recordUse(of: hash, session, at: .now)
            case .success(nil): break
            case .failure:
                guard configuration.staleIfDatabaseDown > .zero else { break }
                return outlast(hash, otherwise: { answer(result) }, answer)
            }
            answer(result)
        }
    }

    /// PostgreSQL does not answer: what was known of a session before may do for a while, if the operator says so.
    private func outlast(_ hash: Digest, otherwise: @escaping @EventLoop () -> Void, _ answer: @escaping Answer) {
        let now = BootInstant.now
        guard memory.rule.mayOutlastLease(at: now) else { return otherwise() }
        sayOutage()
        if let session = memory.session(hash, at: now, isOutage: true) {
            counts.kept += 1
            return answer(.success(session))
        }
        if !askRedis(hash, isOutage: true, otherwise: otherwise, answer) { otherwise() }
    }

    private func sayOutage() {
        guard !isInOutage, !memory.rule.hasLease(at: .now) else { return }
        isInOutage = true
        log.warning(
            "PostgreSQL is away: sessions are accepted on what was known of them, revoked ones too, for at most \(Int(configuration.staleIfDatabaseDown.seconds.rounded(.up))) s (STALE_IF_DATABASE_DOWN)"
        )
    }

    /// Whether the store has to be asked about `token`: an invented one is told by its tag alone.
    ///
    /// While the keys may be out of date a tag that none of them made proves nothing.
    package func mayExist(_ token: SessionToken) throws(SessionStoreError) -> Bool {
        guard let keys = readLane.keys else { throw .unavailable("the token keys are not known yet") }
        if keys.recognize(token) { return true }
        guard readLane.knowsAllKeys else { throw .unavailable("the token keys may be out of date") }
        return false
    }

    // MARK: Users

    /// The user of a name, if there is one who may sign in.
    package func user(named username: String) async throws(SessionStoreError) -> UserRecord? {
        let rows = try await command(loginLane, statements.user, [.text(username)], mayRepeat: true)
        guard let row = rows.first else { return nil }
        guard let user = UserRecord(row) else { throw .unavailable("a user's row cannot be read") }
        return user
    }

    func command(
        _ lane: CommandLane, _ sql: String, _ parameters: [PostgreSQLParameter], mayRepeat: Bool,
        isUrgent: Bool = false
    ) async throws(SessionStoreError) -> CommandLane.Rows {
        do throws(PostgreSQLError) {
            return try await lane.rows(sql, parameters, mayRepeat: mayRepeat, isUrgent: isUrgent)
        } catch {
            log.warning("a command failed: \(error.reason)")
            throw .unavailable(error.reason)
        }
    }
}
