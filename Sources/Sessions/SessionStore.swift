public import EventLoop
internal import FoundationEssentials
public import Logging

/// The sessions that all pods share: makes them, finds them, ends them. PostgreSQL is the record; Redis, if there is
/// one, answers many questions before they come to it.
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
    let memory: SessionMemory
    let readLane: ReadLane
    let writeLane: CommandLane
    let loginLane: CommandLane
    /// nil: the gate's own.
    let externalUsers: ExternalUsers?
    let redis: RedisSessions?
    let checks: SessionChecks
    let log: Logger
    private let touches: TouchWriter
    /// What one process at a time does for all.
    private var schedules: [ClusterSchedule] = []
    private var wasUsed = false
    /// nil until it has begun.
    private var usersAreChecked: Bool?
    var rehashFailure = LogEpisode.ofRequests
    private var readOnly = LogEpisode.ofRequests
    private var fullDisk = LogEpisode.ofRequests
    /// What was counted since it was taken last.
    package var counts: StoreCounts { checks.counts }

    /// Called once, when the store can be used for the first time.
    package var onFirstUse: (@EventLoop () -> Void)?
    /// Called when the database, at its first use, cannot be used before an operator has done what the text says.
    package var onUnusable: (@EventLoop (String) -> Void)?

    /// Called when a user was signed out whom the users query does not find any more: the id, and how many sessions ended.
    package var onUserGone: (@EventLoop (String, Int) -> Void)?

    /// A store that is not connected before ``start()``.
    ///
    /// - Parameters:
    ///   - configuration: where the sessions are and how they live.
    ///   - log: where it is said when a store cannot be used, and when it can be again; never a token or a password.
    public init(_ configuration: Configuration, log: Logger) {
        self.configuration = configuration
        self.log = log
        let postgreSQL = configuration.postgreSQL
        let rule = FreshnessRule(
            leaseTime: configuration.revocationDelay, outageTime: configuration.staleIfDatabaseDown)
        memory = SessionMemory(
            entries: configuration.cachedSessions, hasOthers: configuration.redis != nil, rule: rule,
            recordsAllTouches: configuration.recordsLastSeen, log: log)
        redis = configuration.redis.map { redis in
            RedisSessions(redis, entryLifetime: FreshnessRule.maximumAge + configuration.staleIfDatabaseDown, log: log)
        }
        // One a lane: a server that does not answer one lane's attempt must not keep the others waiting.
        let threads = HelperThreads(name: "connecting", threads: 6, waiting: 6)
        readLane = ReadLane(
            postgreSQL, memory: memory, migrations: Migrations(configuration), threads: threads, log: log)
        writeLane = CommandLane(postgreSQL, name: "write lane", threads: threads, log: log)
        loginLane = CommandLane(postgreSQL, name: "login lane", threads: threads, log: log)
        externalUsers = configuration.usersQuery.map { ExternalUsers($0, postgreSQL, threads: threads, log: log) }
        checks = SessionChecks(memory, redis, readLane, configuration, log: log)
        touches = TouchWriter(memory, writeLane, log: log)
    }

    /// Connects, and stays connected. Until it has, and whenever PostgreSQL is away, calls throw.
    public func start() {
        readLane.onHeartbeat = { [weak self] in
            self?.checks.endOutage()
            self?.abandonStrayLane()
            self?.becomeUsable()
        }
        writeLane.onConnection = { [weak self] in self?.abandonStrayLane() }
        readLane.onUnusable = { [weak self] reason in
            guard let self, !wasUsed else { return }
            onUnusable?(reason)
        }
        if let redis {
            readLane.onSnapshot = { [weak self] snapshot, hash in
                // What is said to somebody who hears of no revocations is of no use to himself, and others ask too.
                guard let self, memory.hasLease(at: .now), let keys = readLane.keys else { return }
                redis.keep(snapshot, under: hash, with: keys)
            }
            redis.start()
        }
        touches.onWritten = { [weak self] count in self?.checks.counts[.touchesWritten] += count }
        touches.start()
        schedules = [configuration.cleanupInterval.map(cleanupSchedule), usersComparisonSchedule()].compactMap(\.self)
        for schedule in schedules { schedule.start() }
        readLane.start()
    }

    private func cleanupSchedule(every interval: Duration) -> ClusterSchedule {
        let cleanup = SessionCleanup(lane: writeLane, interval: interval, log: log)
        return ClusterSchedule(every: interval) { await cleanup.run($0) }
    }

    private func usersComparisonSchedule() -> ClusterSchedule? {
        guard let externalUsers, let interval = configuration.usersQuery?.comparisonInterval else { return nil }
        let comparison = ExternalUserSweep(
            users: externalUsers, lane: writeLane, interval: interval, log: log
        ) { [weak self] userID async throws(SessionStoreError) in
            guard let self else { return }
            let ended = try await revokeAll(ofUser: userID)
            onUserGone?(userID, ended)
        }
        return ClusterSchedule(every: interval) { await comparison.run($0) }
    }

    /// Writes down what is still to be written, and ends the connections.
    public func shutDown() async {
        await touches.finish()
        close()
    }

    /// Ends the connections at once.
    public func close() {
        touches.stop()
        for schedule in schedules { schedule.stop() }
        redis?.close()
        readLane.close()
        writeLane.close()
        loginLane.close()
        externalUsers?.close()
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
        if let externalUsers, usersAreChecked != true {
            guard usersAreChecked == nil else { return }
            usersAreChecked = false
            // Not before now: a query may read tables of ours.
            EventLoop.spawn { [self] in
                guard await checkUsers(externalUsers) else { return }
                usersAreChecked = true
                becomeUsable()
            }
            return
        }
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
    package var outlastsDatabase: Bool { wasUsed && memory.mayOutlastLease(at: .now) }

    /// Whether Redis answers at present.
    package var usesRedis: Bool { redis?.isInUse ?? false }

    /// Hands over what was counted, and begins anew.
    package func takeCounts() -> StoreCounts {
        defer { checks.counts = StoreCounts() }
        return counts
    }

    /// Runs a statement that changes something.
    @discardableResult
    func change<S: Statement>(_ lane: CommandLane, _ statement: S) async throws(SessionStoreError) -> S.Answer {
        let answer = try await command(lane, statement)
        if readOnly.end() { log.info("PostgreSQL accepts writes again") }
        return answer
    }

    /// Runs a statement.
    func command<S: Statement>(_ lane: CommandLane, _ statement: S) async throws(SessionStoreError) -> S.Answer {
        do throws(PostgreSQLError) {
            return try await lane.run(statement)
        } catch {
            throw failure(of: error)
        }
    }

    /// What to tell the caller of a statement that failed; says it in the log.
    private func failure(of error: PostgreSQLError) -> SessionStoreError {
        // One reason, whatever the statement was.
        if error.isReadOnlyTransaction {
            if readOnly.begin() {
                log.error(
                    "PostgreSQL is read-only: \(error.reason); checks continue, logins and logouts fail")
            }
            return .readOnly
        }
        // Never said to be over: what needs no more room succeeds meanwhile.
        if error.isFullDisk {
            if fullDisk.begin() {
                log.error("PostgreSQL is out of disk space: \(error.reason); checks continue, logins fail")
            }
            return .readOnly
        }
        log.warning("PostgreSQL command failed: \(error.reason)")
        return .unavailable(error.reason)
    }
}
