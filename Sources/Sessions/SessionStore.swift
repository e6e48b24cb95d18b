public import EventLoop
internal import FoundationEssentials
public import Logging

/// The sessions that all pods share: makes them, finds them, ends them. PostgreSQL is the record.
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
    private let log: Logger
    private let uses: UseWriter
    private var cleanup: CleanupSchedule?
    private var wasUsed = false

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
        memory = SessionMemory(
            entries: configuration.cachedSessions, leaseTime: configuration.revocationDelay,
            recordsAllUses: configuration.recordsLastSeen, log: log)
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
            self?.abandonStrayLane()
            self?.becomeUsable()
        }
        writeLane.onConnection = { [weak self] in self?.abandonStrayLane() }
        readLane.onUnusable = { [weak self] reason in
            guard let self, !wasUsed else { return }
            onUnusable?(reason)
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
        log.info("Using database for session storage")
        onFirstUse?()
    }

    /// Whether the store was reachable within the last `limit`; false before it was for the first time.
    package func isReachable(within limit: Duration) -> Bool {
        guard wasUsed, let last = readLane.lastHeartbeat else { return false }
        return .now - last < limit
    }

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

    /// Asks PostgreSQL: the second step of a check. Calls `answer` once, maybe before it returns, without a task.
    package func lookUp(
        _ token: SessionToken, _ answer: @escaping @EventLoop (Result<PackedSession?, SessionStoreError>) -> Void
    ) {
        do throws(SessionStoreError) {
            guard try mayExist(token) else { return answer(.success(nil)) }
        } catch {
            return answer(.failure(error))
        }
        counts.lookUps += 1
        readLane.lookUp(token.hash) { [memory] result in
            if case .success(.some(let session)) = result { memory.recordUse(of: token.hash, session, at: .now) }
            answer(result)
        }
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
