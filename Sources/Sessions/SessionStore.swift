public import EventLoop
internal import FoundationEssentials
public import Logging

/// A store of sessions, shared by all processes with the same database. PostgreSQL records the sessions. Redis, if
/// configured, caches them for all processes.
///
/// A check has three results: a session, nil for "no such session", and a thrown ``SessionStoreError`` for "cannot
/// tell". Never treat the third as the second.
///
/// A store that is released closes its connections, as ``close()`` does.
///
/// All calls run on the event loop. In a program that has not given the loop a thread, it starts its own:
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
    /// Lists may take long, and nothing that creates or ends sessions may wait for them.
    let listLane: CommandLane
    let lists: SessionLists
    /// Users in another application's tables; nil for the gate's own users.
    let externalUsers: ExternalUsers?
    let redis: RedisSessions?
    let checks: SessionChecks
    let meter = StoreMeter()
    let log: Logger
    private let touches: TouchWriter
    private let sealKeyMaker: SealKeyMaker
    private let schemaWatch: SchemaWatch
    /// The periodic tasks that one process at a time does for all.
    private var schedules: [ClusterSchedule] = []
    private var cleanup: ClusterSchedule?
    private(set) var wasUsed = false
    /// The state of the users query's check: nil before it begins, false while it runs or after it failed.
    private var usersAreChecked: Bool?
    var rehashFailure = LogCondition.ofRequests("rehashes_fail")
    var failures: StatementFailures
    /// The counts since they were last taken.
    package var counts: StoreCounts { meter.counts }

    /// Called once, when the store becomes usable.
    package var onFirstUse: (@EventLoop () -> Void)?
    /// Called if the database cannot be used before an operator mends what the argument names. Not called after
    /// ``onFirstUse``.
    package var onUnusable: (@EventLoop (String) -> Void)?

    /// Called after the sessions of a user were revoked because the users query no longer finds the user. The arguments
    /// are the user's id and the number of sessions that ended.
    package var onUserGone: (@EventLoop (String, Int) -> Void)?

    /// Creates a store, which connects at ``start()``.
    ///
    /// - Parameters:
    ///   - configuration: The stores of sessions, their lifetimes and limits.
    ///   - log: The log for outages of the stores. No line contains a token or a password.
    public init(_ configuration: Configuration, log: Logger) {
        self.configuration = configuration
        self.log = log
        failures = StatementFailures(log)
        let postgreSQL = configuration.postgreSQL
        let rule = FreshnessRule(
            leaseTime: configuration.revocationDelay, outageTime: configuration.staleIfDatabaseDown)
        memory = SessionMemory(
            entries: configuration.cachedSessions, hasOthers: configuration.redis != nil, rule: rule,
            recordsAllTouches: configuration.recordsLastSeen, log: log)
        redis = configuration.redis.map { redis in
            RedisSessions(redis, entryLifetime: FreshnessRule.maximumAge + configuration.staleIfDatabaseDown, log: log)
        }
        // Enough threads for all lanes: an attempt that a server leaves without an answer must not delay the others.
        let threads = HelperThreads(name: "connecting", threads: 6 * ConnectionAttempts.maxAttempts, waiting: 6)
        let faults = SchemaFaultLog(interval: postgreSQL.inspectionInterval, log: log)
        readLane = ReadLane(
            postgreSQL, memory: memory, migrations: Migrations(configuration), faults: faults, meter: meter,
            threads: threads, log: log)
        writeLane = CommandLane(postgreSQL, for: .changes, threads: threads, log: log)
        loginLane = CommandLane(postgreSQL, for: .logins, threads: threads, log: log)
        let listLane = CommandLane(postgreSQL, for: .lists, threads: threads, log: log)
        self.listLane = listLane
        schemaWatch = SchemaWatch(listLane, every: postgreSQL.inspectionInterval, faults, log: log)
        lists = SessionLists { userID in
            do throws(PostgreSQLError) {
                return .success(
                    try await listLane.run(
                        ListSessions(userID: userID, limit: SessionStore.maxListedSessions),
                        for: Requester(name: userID)))
            } catch {
                return .failure(error)
            }
        }
        externalUsers = configuration.usersQuery.map { ExternalUsers($0, postgreSQL, threads: threads, log: log) }
        checks = SessionChecks(memory, redis, readLane, configuration, meter, log: log)
        touches = TouchWriter(memory, writeLane, log: log)
        sealKeyMaker = SealKeyMaker(writeLane, log: log)
    }

    isolated deinit { close() }

    /// Connects to the stores, and reconnects after each loss. Calls throw while PostgreSQL is unreachable.
    public func start() {
        readLane.onHeartbeat = { [weak self] in
            self?.checks.endOutage()
            if let self, let sentAt = readLane.lastHeartbeat { meter.measure(.heartbeats, since: sentAt) }
            self?.abandonStrayLane()
            self?.renewSealKeys()
            self?.becomeUsable()
            if self?.readLane.hasUntidiedUsers == true { self?.cleanup?.hasten() }
        }
        writeLane.onConnection = { [weak self] in self?.abandonStrayLane() }
        readLane.onUnusable = { [weak self] reason in
            guard let self, !wasUsed else { return }
            onUnusable?(reason)
        }
        if let redis {
            readLane.onSnapshot = { [weak self] snapshot, hash in
                // Without a lease this process receives no revocations, so its snapshots would not be valid for others.
                guard let self, memory.hasLease(at: .now) else { return }
                redis.keep(snapshot, under: hash)
            }
            redis.start()
        }
        touches.onWritten = { [meter] count in meter.count(.touchesWritten, by: count) }
        touches.start()
        cleanup = configuration.cleanupInterval.map(cleanupSchedule)
        schedules = [cleanup, usersComparisonSchedule()].compactMap(\.self)
        for schedule in schedules { schedule.start() }
        readLane.start()
        schemaWatch.start()
    }

    private func cleanupSchedule(every interval: Duration) -> ClusterSchedule {
        let cleanup = SessionCleanup(lane: writeLane, interval: interval, meter: meter, log: log)
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

    /// Writes the pending touches of sessions, then closes the connections.
    public func shutDown() async {
        await touches.finish()
        close()
    }

    /// Closes the connections at once. Pending touches of sessions are lost.
    public func close() {
        touches.stop()
        schemaWatch.stop()
        for schedule in schedules { schedule.stop() }
        redis?.close()
        readLane.close()
        writeLane.close()
        loginLane.close()
        listLane.close()
        externalUsers?.close()
    }

    /// Drops the older connection if the lanes are connected to different servers. After a failover a lane may still be
    /// connected to the former primary, and what is written on one server is not announced on the other.
    private func abandonStrayLane() {
        guard let read = readLane.origin, let write = writeLane.origin, read != write,
            let readSince = readLane.openedAt, let writeSince = writeLane.openedAt
        else { return }
        let reason = "the connections for checks and for changes lead to different servers"
        if readSince < writeSince {
            memory.endLease()
            readLane.lose(.connection(reason))
        } else {
            writeLane.abandon(reason)
        }
    }

    /// Takes over the keys of seals from the last heartbeat, and makes a new one if it is due.
    private func renewSealKeys() {
        guard let redis else { return }
        redis.takeKeys(readLane.sealKeys)
        guard readLane.needsSealKey else { return sealKeyMaker.rest() }
        sealKeyMaker.make { [weak self] in self?.readLane.askHeartbeat() }
    }

    private func becomeUsable() {
        guard !wasUsed else { return }
        if let externalUsers, usersAreChecked != true {
            guard usersAreChecked == nil else { return }
            usersAreChecked = false
            // Only now: the query may read the gate's tables, which the migrations have just created.
            EventLoop.spawn { [self] in
                guard await checkUsers(externalUsers) else { return }
                usersAreChecked = true
                becomeUsable()
            }
            return
        }
        wasUsed = true
        // RedisSessions logs the store in use itself.
        if redis == nil { log.info("Using database for session storage") }
        onFirstUse?()
    }

    /// Returns the counts and resets them to zero.
    package func takeCounts() -> StoreCounts { meter.take() }
}
