internal import EventLoop
internal import Glibc
internal import Logging
internal import Sessions

/// The service of a worker: accepts requests on its sockets and answers them.
@EventLoop
final class GateService: WorkerService {
    private let settings: Settings
    private let log: Logger
    private let store: SessionStore
    private let hasher: PasswordHasher
    private let pages: Pages
    private let droppedLogLines: @EventLoop () -> Int
    private var slot: OwnSlot?
    private var figures: WorkerFigures?
    private var metricsServer: MetricsServer?
    private var server: Server?
    /// The timer of a worker that waits for its store.
    private var startTimer: LoopTimer?
    /// Called after ``TakeOver/limit(_:)`` without a use of the store; nil for a worker that takes over from no other.
    private var onNoStore: (@EventLoop () -> Void)?

    private static let maxWaitForStore = Duration.seconds(1)
    /// The same while another worker answers checks: less than a reload waits for each worker.
    private static let maxWaitBesideOthers = Duration.seconds(4)
    /// The interval at which a worker without a store looks whether others answer.
    private static let pauseForOthers = Duration.milliseconds(100)

    /// - Parameters:
    ///   - worker: The number of the worker.
    ///   - settingsAreProven: true if workers have served with these settings before. Then tables that are missing are not
    ///     made: they are about to be restored.
    ///   - droppedLogLines: Returns the number of log lines that were dropped so far.
    init(
        settings: Settings, worker: Int, settingsAreProven: Bool, log: Logger,
        droppedLogLines: @escaping @EventLoop () -> Int
    ) throws(PagesProblem) {
        self.settings = settings
        self.log = log
        self.droppedLogLines = droppedLogLines
        pages = try settings.pages()
        var configuration = SessionStore.Configuration(
            settings, applicationName: ApplicationName.worker(worker, on: HostName.current),
            redis: Self.redis(settings, log))
        configuration.postgreSQL.isResumed = settingsAreProven
        store = SessionStore(configuration, log: log)
        hasher = PasswordHasher(
            HashingQueue.Limits(
                threads: settings.hashingThreads, bytes: settings.hashingMemory << 20, wait: settings.hashingWait),
            pepper: Array((settings.usersPepper?.reveal() ?? "").utf8), allowsLegacy: settings.allowsLegacyHashes,
            timeLimit: settings.hashingTimeLimit,
            expecting: settings.usersQuery.map { _ in PasswordHasher.ownHash } ?? settings.usersPreset?.highestCost)
    }

    /// Reads the files for TLS again: a certificate may have been renewed since the settings were accepted. One that cannot be
    /// used any more keeps this worker from Redis, never from its start.
    private static func redis(_ settings: Settings, _ log: Logger) -> RedisConfiguration? {
        do throws(RedisTLS.Problem) {
            return try RedisConfiguration(settings)
        } catch {
            log.error(
                "this worker does not use Redis: \(error); sessions are looked up in PostgreSQL; correct the file, then send SIGHUP"
            )
            return RedisConfiguration(settings, tls: RedisTLS(unusable: error))
        }
    }

    /// Reports a database that no worker can use, at the program's start only: later the problem may be temporary.
    func prepare(slot: OwnSlot, onUnusable: (@EventLoop () -> Void)?, onNoStore: (@EventLoop () -> Void)?) {
        self.slot = slot
        self.onNoStore = onNoStore
        store.onRefusedLogin { slot.reportRefusedLogin() }
        store.onUserGone = { [log] userID, ended in
            log.audit(
                AuditEvent(
                    .logoutEverywhere, .success, .userGone, of: .user(id: userID), details: ["ended": "\(ended)"]))
        }
        guard let onUnusable else { return }
        store.onUnusable = { [log] reason in
            log.critical("\(reason)")
            onUnusable()
        }
    }

    /// Serves as soon as PostgreSQL has answered. A worker that takes over from another one never serves before, since it
    /// would answer checks with 503 that the other one can answer. Any other worker serves after a short time also while
    /// PostgreSQL is unreachable, with answers of 503, or some seconds later if another worker has PostgreSQL.
    func start(sockets: [WorkerSocket], onServing: @escaping @EventLoop () -> Void) {
        FastCGILibrary.prepareProcess()
        var limits = ConnectionLimits()
        // Some descriptors are for the stores, the log and the loop itself.
        limits.maxConnections = max(64, min(limits.maxConnections, DescriptorLimit.raise() - 64))
        let server = Server(limits: limits, allowedPeers: settings.listenPeers, log: log)
        let metrics = metrics(server)
        let handlers = handlers(Set(sockets.map(\.kind)), server.connections, metrics)
        let metricsServer = metrics.map { newMetricsServer($0) }
        self.server = server
        self.metricsServer = metricsServer
        var isServing = false
        let serve: @EventLoop () -> Void = {
            guard !isServing, !server.isDraining else { return }
            isServing = true
            for socket in sockets where socket.kind == .metrics { metricsServer?.listen(on: socket) }
            for socket in sockets where socket.kind != .metrics {
                guard let handler = handlers[socket.kind] else { preconditionFailure("each kind has a handler") }
                server.listen(on: socket.descriptor, for: handler)
            }
            onServing()
        }
        if let onNoStore {
            StoreTrial(store, limit: TakeOver.limit(settings)).start(succeed: serve) { [log] reason in
                log.error(
                    "cannot take over: the database cannot be used with this worker's settings: \(reason); the old worker stays; correct the settings or the database, then send SIGHUP again"
                )
                onNoStore()
            }
        } else {
            store.onFirstUse = { [self] in
                startTimer?.cancel()
                serve()
            }
            serveWithoutStore(after: Self.maxWaitForStore, lookingUntil: .now + Self.maxWaitBesideOthers, serve)
        }
        store.start()
        figures?.start()
    }

    /// Serves after a time, but later as long as another worker answers checks.
    private func serveWithoutStore(
        after wait: Duration, lookingUntil end: BootInstant, _ serve: @escaping @EventLoop () -> Void
    ) {
        startTimer = Reactor.shared.schedule(after: wait) { [self] in
            let now = BootInstant.now
            guard now < end, let slot, slot.scoreboard.read(at: now).isServed(besides: Int(getpid())) else {
                return serve()
            }
            serveWithoutStore(after: Self.pauseForOthers, lookingUntil: end, serve)
        }
    }

    /// Returns the routes that tell numbers; nil without a slot in which there are any.
    private func metrics(_ server: Server) -> MetricsRoutes? {
        guard let slot else { return nil }
        let figures = WorkerFigures(
            slot: slot, store: store, hasher: hasher, server: server, droppedLogLines: droppedLogLines)
        self.figures = figures
        return MetricsRoutes(
            slot.scoreboard, GateFacts(workers: settings.workers), figures: figures,
            sessions: SessionCounter(slot: slot, store: store, log: log))
    }

    private func newMetricsServer(_ routes: MetricsRoutes) -> MetricsServer {
        MetricsServer(
            routes, allowedPeers: settings.listenPeers, proxies: TrustedProxies(settings.trustedProxies), log: log
        ) { [slot] in slot?.count(.gate(.untrustedConnections)) }
    }

    /// Returns a handler for each kind of socket but those for metrics. All hand requests to the same routes.
    private func handlers(
        _ kinds: Set<ListenerKind>, _ connections: ConnectionTable, _ metrics: MetricsRoutes?
    ) -> [ListenerKind: any ConnectionHandler] {
        let router = router(metrics)
        let respond: @EventLoop (Exchange) -> Void = { router.answer($0) }
        let proxies = TrustedProxies(settings.trustedProxies)
        func http(_ question: Exchange.Question) -> HTTPHandler {
            HTTPHandler(
                question, connections: connections, proxies: proxies, log: log,
                onUntrustedPeer: { [slot] in slot?.count(.gate(.untrustedConnections)) }, respond: respond)
        }
        var handlers: [ListenerKind: any ConnectionHandler] = [:]
        for kind in kinds {
            switch kind {
            case .fastCGI:
                handlers[kind] = FastCGIHandler(connections: connections, log: log, respond: respond)
            case .http: handlers[kind] = http(.byPath)
            case .httpCheck: handlers[kind] = http(.check)
            case .metrics: break
            }
        }
        return handlers
    }

    private func router(_ metrics: MetricsRoutes?) -> Router {
        let cookie = settings.sessionCookie
        let audit = AuditTrail(log: log, slot: slot)
        let refusals = RefusedCheckLog(log, store: store)
        let access = SessionAccess(store: store, cookie: cookie, audit: audit, refusals: refusals)
        let rules = PasswordRules(settings)
        let attempts = PasswordAttempts(store: store, hasher: hasher, audit: audit, log: log)
        let login = LoginFlow(store: store, attempts: attempts, slot: slot)
        let change = PasswordChangeFlow(store: store, attempts: attempts, rules: rules)
        let sessions = SessionRoutes(store: store, access: access, audit: audit)
        let signOut = SignOutRoutes(sessions: sessions, access: access, pages: pages)
        let account = AccountRoutes(
            view: AccountView(store: store, pages: pages, minPasswordLength: rules.minLength), sessions: sessions,
            signOut: signOut, access: access, passwordChange: change)
        return Router(
            checks: CheckRoutes(
                store: store, cookie: cookie, audit: audit, log: log, slot: slot, refusals: refusals,
                signIn: settings.signInAddress, pages: pages),
            signIn: SignInRoutes(
                login: login, access: access, sessions: sessions, pages: pages, origins: settings.redirectOrigins),
            signOut: signOut,
            logins: LoginRoutes(login: login, passwordChange: change, access: access),
            sessions: sessions, account: account,
            reset: ResetRoutes(
                flow: PasswordResetFlow(store: store, attempts: attempts, rules: rules), audit: audit, pages: pages,
                cookie: cookie, minPasswordLength: rules.minLength),
            health: HealthRoutes(store: store) { [weak self] in self?.server?.isDraining ?? true }, metrics: metrics)
    }

    /// Stops accepting requests, and calls `onIdle` when those in flight are answered.
    func drain(onIdle: @escaping @EventLoop () -> Void) {
        startTimer?.cancel()
        guard let server else { return onIdle() }
        metricsServer?.drain()
        server.drain { [store, figures] in
            EventLoop.spawn {
                await store.shutDown()
                figures?.write()
                onIdle()
            }
        }
    }
}
