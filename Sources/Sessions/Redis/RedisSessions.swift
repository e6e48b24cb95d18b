internal import EventLoop
internal import Logging

/// The session snapshots that pods share through Redis, where they stay for minutes. ``FreshnessRule`` decides whether
/// a snapshot may be used. Neither a missing snapshot nor an unavailable Redis means that a session has ended.
@EventLoop
final class RedisSessions {
    /// A handler called when Redis has become unavailable because it refuses the user or the password.
    var onRefusedLogin: (@EventLoop () -> Void)?

    private let servers: any RedisServers
    private let sealSecret: Secret?
    /// The keys of seals as the database last gave them.
    private var packedKeys: [UInt8]?
    /// The keys of seals; nil while there are none.
    private(set) var keys: SealKeys?
    private let entryLifetime: Duration
    private let log: Logger
    private var loggedHealth = RedisHealth.unknown
    /// Each reason once per outage, and ten at most: a failing server may give another one at each attempt.
    private var outage = LogCondition("redis_unavailable", reasons: 10)
    /// The refusal of writes, by the server's error code. Other writes, or other servers of a cluster, may succeed meanwhile.
    private var refusal = LogCondition("redis_refuses_writes", reminder: .seconds(60), quiet: refusalQuiet)
    /// The session whose entry was refused last.
    private var refused: SHA256Digest?
    /// The timer of the next look whether Redis still refuses; nil while it does not.
    private var refusalTimer: LoopTimer?

    /// The time without a refusal after which it is over, and the time between two looks.
    private static let refusalQuiet = Duration.seconds(5)

    /// - Parameters:
    ///   - servers: The servers.
    ///   - sealSecret: The part of the keys of seals that the database does not have, or nil for none.
    ///   - entryLifetime: The time after which an entry is of no use to any worker.
    ///   - log: The logger.
    init(_ servers: any RedisServers, sealSecret: Secret?, entryLifetime: Duration, log: Logger) {
        self.servers = servers
        self.sealSecret = sealSecret
        self.entryLifetime = entryLifetime
        self.log = log
        servers.onChange = { [unowned self] in logHealth() }
    }

    func start() { servers.start() }

    func close() {
        refusalTimer?.cancel()
        refusalTimer = nil
        servers.close()
    }

    /// The availability of the servers.
    var condition: RedisHealth { servers.condition }

    /// A Boolean value that indicates whether Redis is used: it is available, at least for some sessions, and there are keys.
    var isInUse: Bool {
        switch servers.condition {
        case .up, .partly: keys != nil
        case .unknown, .down: false
        }
    }

    /// Replaces the keys of seals by those that the database has now. Without keys no entry is read or written.
    /// - Parameter packed: The keys, as ``SealKeys`` reads them; nil for none.
    func takeKeys(_ packed: [UInt8]?) {
        guard packed != packedKeys else { return }
        packedKeys = packed
        keys = packed.flatMap { SealKeys(packed: $0, secret: sealSecret) }
    }

    /// Requests a session's entry. ``snapshot(in:on:)`` reads the reply.
    /// - Returns: False if Redis is unavailable, or cannot be used without keys; `answer` is not called then.
    func find(_ hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer) -> Bool {
        keys != nil && servers.find(hash, answer)
    }

    /// Asks Redis for an entry that nobody has, so that a server that has stopped answering is noticed without checks.
    func probe() { _ = servers.find(SHA256Digest()) { _ in } }

    /// Returns the snapshot in a reply, or nil if the reply has none that a worker wrote for this session.
    func snapshot(in result: Result<RedisReply, RedisError>, on hash: SHA256Digest) -> SessionSnapshot? {
        guard case .success(.string(let bytes)) = result, let keys else { return nil }
        return SnapshotSeal.open(bytes, on: hash, with: keys)
    }

    /// Shares a snapshot with the other pods.
    func keep(_ snapshot: SessionSnapshot, under hash: SHA256Digest) {
        guard let keys else { return }
        let lifetime = min(entryLifetime, snapshot.session.expiresAt - snapshot.asOf)
        let milliseconds = lifetime.nanoseconds / 1_000_000
        guard milliseconds > 0 else { return }
        let value = SnapshotSeal.seal(snapshot, on: hash, with: keys)
        store(.set(value, lifetime: milliseconds), on: hash)
    }

    private func store(_ command: RedisKeySpace.Command, on hash: SHA256Digest) {
        _ = servers.send(command, on: hash) { [self] result in
            switch result {
            case .success(.error(let error)): wasRefused(error, on: hash)
            case .success: wasAccepted()
            case .failure: break
            }
        }
    }

    /// Removes the entries of sessions that have ended, to free their space.
    func forget(_ hashes: [SHA256Digest]) {
        for hash in hashes { _ = servers.send(.remove, on: hash) { _ in } }
    }

    private func wasRefused(_ error: RedisServerError, on hash: SHA256Digest) {
        // Redirections of a cluster in which no node serves the slot right now.
        if ["MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"].contains(error.code) { return }
        refused = hash
        if refusalTimer == nil { lookLater() }
        guard let fields = refusal.begin(error.code) else { return }
        log.warning(
            "Redis refuses to store sessions, whose checks query PostgreSQL: \(error.description)", metadata: fields)
    }

    private func wasAccepted() {
        guard let fields = refusal.end() else { return }
        log.info("Redis stores sessions again", metadata: fields)
    }

    private func lookLater() {
        refusalTimer = Reactor.shared.schedule(after: Self.refusalQuiet) { [weak self] in self?.lookAtRefusal() }
    }

    /// Asks the server that has refused last whether it stores something now: perhaps no check does for a long time.
    private func lookAtRefusal() {
        refusalTimer = nil
        guard refusal.isOpen, let refused else { return }
        lookLater()
        store(.trial, on: refused)
    }

    private func logHealth() {
        let condition = servers.condition
        // Not known yet, as for a server that has just joined a cluster.
        guard condition != loggedHealth, condition != .unknown else { return }
        let before = loggedHealth
        loggedHealth = condition
        switch (condition, before) {
        case (.unknown, _): break
        case (.up(let servers), _):
            let fields = (outage.end() ?? [:]).merging(["redis": "\(servers)"]) { $1 }
            log.info("✓ Connected to Redis for session storage", metadata: fields)
        case (.partly(let reason), .partly), (.down(let reason), .down): logFailure(reason)
        case (.partly(let reason), _):
            logFailure(reason)
            log.info("Using database for session storage, for the keys of the lost servers")
        case (.down(let reason), _):
            logFailure(reason)
            log.info("Using database for session storage")
        }
    }

    /// The beginnings of Redis' answers to AUTH with a wrong password or for an unknown user, and to commands without it.
    private static let refusals = ["WRONGPASS ", "NOAUTH ", "ERR invalid password", "ERR AUTH "]

    private func logFailure(_ reason: String) {
        // The reason begins with the server's address.
        if Self.refusals.contains(where: { reason.contains(": \($0)") }) { onRefusedLogin?() }
        guard let fields = outage.begin(reason) else { return }
        log.warning("Failed to connect to Redis: \(reason)", metadata: fields)
    }
}
