internal import EventLoop
internal import Logging
internal import Sessions

/// What a worker does: takes requests off its sockets, asks the store, answers.
@EventLoop
final class Gate: WorkerService {
    let store: SessionStore
    let hasher: PasswordHasher
    let cookie: SessionCookie
    let log: Logger
    /// Those of whom it was said that nobody can sign in by their stored hash.
    var usersWithoutUsableHash = LogOnce()
    /// Said once each: the parameter comes from nginx's configuration.
    var unreadableRequirements = LogOnce()
    /// Whether a login's password is being hashed anew.
    var isRehashing = false
    var auditLimiter = AuditLimiter()
    private let settings: Settings
    private(set) var slot: OwnSlot?
    private var server: FastCGIServer?

    init(settings: Settings, log: Logger) throws(RedisTLS.Problem) {
        self.settings = settings
        self.log = log
        store = SessionStore(try SessionStore.Configuration(settings), log: log)
        hasher = PasswordHasher(
            HashingQueue.Limits(
                threads: settings.hashingThreads, bytes: settings.hashingMemory << 20, wait: settings.hashingWait),
            pepper: Array((settings.usersPepper?.reveal() ?? "").utf8), allowsLegacy: settings.allowsLegacyHashes,
            expecting: settings.usersQuery.map { _ in PasswordHasher.ownHash } ?? settings.usersPreset?.highestCost)
        cookie = SessionCookie(name: settings.cookieName)
    }

    /// A database that no worker can use ends the program at its start; later on it may come right again.
    func prepare(slot: OwnSlot, onUnusable: (@EventLoop () -> Void)?) {
        self.slot = slot
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

    /// Serves from the moment PostgreSQL has answered: a worker that takes another's place must not say "cannot tell"
    /// to checks that the others would have answered. While PostgreSQL is away it serves after a moment all the same,
    /// and the answers say so.
    func start(sockets: [Int32], onServing: @escaping @EventLoop () -> Void) {
        FastCGILibrary.prepareProcess()
        // Some descriptors are for the stores, the log and the loop itself.
        let connections = max(64, min(4096, DescriptorLimit.raise() - 64))
        let configuration = FastCGIServer.Configuration(
            allowedPeers: settings.listenPeers, maximumConnections: connections)
        let server = FastCGIServer(configuration: configuration, log: log) { [self] exchange in answer(exchange) }
        self.server = server
        var isServing = false
        let serve: @EventLoop () -> Void = {
            guard !isServing, !server.isDraining else { return }
            isServing = true
            for socket in sockets { server.listen(on: socket) }
            onServing()
        }
        let timer = Reactor.shared.schedule(after: Self.maxWaitForStore, serve)
        store.onFirstUse = {
            timer.cancel()
            serve()
        }
        store.start()
        publishCounts()
    }

    /// Lets the other workers see what this one's store has counted.
    private func publishCounts() {
        slot?.count(store.takeCounts())
        Reactor.shared.schedule(after: .seconds(1)) { [self] in publishCounts() }
    }

    private static let maxWaitForStore = Duration.seconds(1)

    /// Takes no new requests and calls `onIdle` when those under way are answered.
    func drain(onIdle: @escaping @EventLoop () -> Void) {
        guard let server else { return onIdle() }
        server.onIdle = { [store, slot] in
            EventLoop.spawn {
                await store.shutDown()
                slot?.count(store.takeCounts())
                onIdle()
            }
        }
        server.drain()
    }

    var isDraining: Bool { server?.isDraining ?? true }

    private func answer(_ exchange: FastCGIExchange) {
        // An authorizer asks one question only, whatever the path of the request it asks about.
        guard exchange.role == .responder, !exchange.isFor(path: Route.verifyPath) else { return verify(exchange) }
        let path = (exchange.parameter(.scriptName) ?? "") + (exchange.parameter(.pathInfo) ?? "")
        switch Route(path: path, method: exchange.parameter("REQUEST_METHOD") ?? "GET") {
        case .verify: verify(exchange)
        case .login: login(exchange)
        case .me: me(exchange)
        case .logout: logout(exchange)
        case .password: changePassword(exchange)
        case .sessions: listSessions(exchange)
        case .session(let id): endSession(id, exchange)
        case .health: exchange.respond(.json(ReadinessAnswer(status: "alive")))
        case .readiness: readiness(exchange)
        case .methodNotAllowed(let allow):
            exchange.respond(
                .error(
                    .methodNotAllowed, code: "method_not_allowed", message: "this path takes \(allow)",
                    headers: [(.allow, HeaderValue(stringLiteral: allow))]))
        case .unknown:
            exchange.respond(.error(.notFound, code: "not_found", message: "there is nothing at this path"))
        }
    }

    /// What the request offers as its token.
    func credentials(of exchange: FastCGIExchange) -> Credentials {
        let none: [UInt8] = []
        let result = exchange.withOnlyParameter(.authorization) { authorization in
            withCookies(of: exchange) {
                Credentials(authorization: authorization, cookies: $0, cookieName: cookie.nameBytes)
            }
        }
        return switch result {
        case .one(let credentials): credentials
        case .several: .invalid(.bearer)
        case .absent:
            withCookies(of: exchange) {
                Credentials(authorization: none.span, cookies: $0, cookieName: cookie.nameBytes)
            }
        }
    }

    private func withCookies(of exchange: FastCGIExchange, _ body: (Span<UInt8>) -> Credentials) -> Credentials {
        let none: [UInt8] = []
        return switch exchange.withOnlyParameter(.cookie, body) {
        case .one(let credentials): credentials
        case .several: .invalid(.severalCookies)
        case .absent: body(none.span)
        }
    }

    private func readiness(_ exchange: FastCGIExchange) {
        if isDraining {
            exchange.respond(.unavailable("draining"))
        } else if store.isReachable(within: .seconds(10)) || store.outlastsDatabase {
            let stores = (store.usesRedis ? ["redis"] : []) + ["postgresql"]
            exchange.respond(.json(ReadinessAnswer(status: "ready", stores: stores)))
        } else {
            exchange.respond(.unavailable("PostgreSQL has not answered for more than 10 s"))
        }
    }
}
