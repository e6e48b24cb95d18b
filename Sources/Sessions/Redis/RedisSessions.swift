internal import EventLoop
internal import Logging

/// What pods tell each other of sessions through Redis: snapshots, which lie there for minutes. Whether one may be
/// believed is for ``FreshnessRule`` to say; that there is none, or that Redis is away, says nothing at all.
@EventLoop
final class RedisSessions {
    private let servers: any RedisServers
    private let entryLifetime: Duration
    private let log: Logger
    private var said = RedisHealth.unknown
    /// Why it cannot be used, as was said since that began.
    private var reasonsSaid: Set<String> = []
    /// What was last said about entries that cannot be written, and when.
    private var refusal: (code: String, at: BootInstant)?

    /// So many reasons tell an operator enough; a server that is not well may have another one at each try.
    private static let maxReasons = 5
    /// How often at most the same refusal is logged.
    private static let refusalInterval = Duration.seconds(60)

    /// - Parameter entryLifetime: how long an entry may be of use to anybody.
    init(_ servers: any RedisServers, entryLifetime: Duration, log: Logger) {
        self.servers = servers
        self.entryLifetime = entryLifetime
        self.log = log
        servers.onChange = { [unowned self] in logHealth() }
    }

    func start() { servers.start() }
    func close() { servers.close() }

    /// Whether it serves, at least for some sessions.
    var isInUse: Bool {
        switch servers.condition {
        case .up, .partly: true
        case .unknown, .down: false
        }
    }

    /// Asks for what is known of a session: what ``snapshot(in:on:with:)`` reads.
    /// - Returns: false when Redis cannot be asked now; `answer` is not called then.
    func find(_ hash: SHA256Digest, _ answer: @escaping RedisConnection.Answer) -> Bool {
        servers.find(hash, answer)
    }

    /// The snapshot in a reply; nil: nothing that a worker wrote on this session.
    static func snapshot(
        in result: Result<RedisReply, RedisError>, on hash: SHA256Digest, with keys: TokenKeys
    ) -> SessionSnapshot? {
        guard case .success(.string(let bytes)) = result else { return nil }
        return SnapshotSeal.open(bytes, on: hash, with: keys)
    }

    /// Tells the others what PostgreSQL has said of a session.
    func keep(_ snapshot: SessionSnapshot, under hash: SHA256Digest, with keys: TokenKeys) {
        let lifetime = min(entryLifetime, snapshot.session.expiresAt - snapshot.asOf)
        let milliseconds = lifetime.nanoseconds / 1_000_000
        guard milliseconds > 0 else { return }
        let value = SnapshotSeal.seal(snapshot, on: hash, with: keys)
        _ = servers.send(.set(value, lifetime: milliseconds), on: hash) { [self] result in
            if case .success(.error(let error)) = result { wasRefused(error) }
        }
    }

    /// Sessions have ended. What is known of them is worth nothing any more, and only takes space.
    func forget(_ hashes: [SHA256Digest]) {
        for hash in hashes { _ = servers.send(.remove, on: hash) { _ in } }
    }

    private func wasRefused(_ error: RedisServerError) {
        // Redirections of a cluster that has no place for a key right now.
        if ["MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"].contains(error.code) { return }
        let now = BootInstant.now
        if let refusal, refusal.code == error.code, now - refusal.at < Self.refusalInterval { return }
        refusal = (error.code, now)
        log.warning("Redis refuses to store sessions, checks of those ask PostgreSQL: \(error.description)")
    }

    private func logHealth() {
        let condition = servers.condition
        // Not known yet, such as of a server that has joined a cluster: it will be.
        guard condition != said, condition != .unknown else { return }
        let before = said
        said = condition
        switch (condition, before) {
        case (.unknown, _): break
        case (.up(let servers), _):
            log.info("✓ Connected to Redis for session storage", metadata: ["redis": "\(servers)"])
        case (.partly(let reason), .partly), (.down(let reason), .down): say(reason)
        case (.partly(let reason), _):
            reasonsSaid = []
            say(reason)
            log.info("Using database for session storage, for the keys of the lost servers")
        case (.down(let reason), _):
            reasonsSaid = []
            say(reason)
            log.info("Using database for session storage")
        }
    }

    private func say(_ reason: String) {
        guard reasonsSaid.count < Self.maxReasons, reasonsSaid.insert(reason).inserted else { return }
        log.warning("Failed to connect to Redis: \(reason)")
    }
}
