internal import EventLoop
internal import Logging

/// This process's memory of sessions: the snapshot cache, the freshness rule, and the touches that are not written yet.
@EventLoop
final class SessionMemory {
    private var cache: SessionCache
    private var rule: FreshnessRule
    /// A Boolean value that indicates whether snapshots are used at all, from this cache or another store.
    let isOn: Bool
    /// A Boolean value that indicates whether touches of all sessions are written, or only of those with an idle
    /// timeout.
    private let recordsAllTouches: Bool
    private let log: Logger
    /// A Boolean value that indicates whether the connection receives revocations. Otherwise snapshots are not worth
    /// storing.
    private var listens = false
    /// The server that has answered last, for the log.
    private var server: ServerChange.Server?
    /// The touches of sessions that are not in the cache.
    private var otherTouches: [SHA256Digest: BootInstant] = [:]
    /// The number of those still to be written in the present run.
    private var otherTouchesLeft = 0

    /// The shortest idle timeout of all sessions seen so far: touches must be written in time for it.
    private(set) var shortestIdleTimeout: Duration?
    /// A handler called when a shorter one is seen.
    var onShorterIdleTimeout: (@EventLoop () -> Void)?

    /// The maximum number of touches kept while they cannot be written.
    private static let maxTouches = 200_000

    /// Creates an empty memory.
    /// - Parameters:
    ///   - entries: The maximum number of cached sessions; 0 for none.
    ///   - hasOthers: True if snapshots are also stored elsewhere.
    ///   - rule: The freshness rule.
    ///   - recordsAllTouches: True to record touches also of sessions without an idle timeout.
    ///   - log: The logger.
    init(entries: Int, hasOthers: Bool, rule: FreshnessRule, recordsAllTouches: Bool, log: Logger) {
        cache = SessionCache(entries: entries)
        self.rule = rule
        isOn = entries > 0 || hasOthers
        self.recordsAllTouches = recordsAllTouches
        self.log = log
    }

    var count: Int { cache.count }

    // MARK: Checks

    /// Returns the session of a token hash if its snapshot is fresh. Nil means only that PostgreSQL must be queried.
    /// - Parameters:
    ///   - hash: The hash of the token.
    ///   - now: The current instant.
    ///   - isOutage: True if the snapshot may outlast the lease, once PostgreSQL does not answer.
    func session(_ hash: SHA256Digest, at now: BootInstant, isOutage: Bool = false) -> PackedSession? {
        guard let number = cache.find(hash), let (snapshot, user) = cache.snapshot(number),
            rule.accepts(snapshot, on: hash, of: user, at: now, isOutage: isOutage)
        else { return nil }
        cache.use(number)
        if recordsAllTouches || snapshot.session.hasIdleTimeout { cache.noteTouch(number, at: now) }
        return snapshot.session
    }

    /// Returns the session of a snapshot stored elsewhere if it is fresh, and then stores the snapshot here too.
    func session(
        stated snapshot: SessionSnapshot, under hash: SHA256Digest, at now: BootInstant, isOutage: Bool = false
    ) -> PackedSession? {
        let session = snapshot.session
        guard accepts(snapshot, on: hash, of: session.userKey, at: now, isOutage: isOutage) else { return nil }
        learn(snapshot, under: hash)
        recordTouch(of: hash, session, at: now)
        return session
    }

    /// Records the result of a query; nil if there is no such session.
    func learn(_ snapshot: SessionSnapshot?, under hash: SHA256Digest) {
        guard let snapshot else {
            cache.remove(hash)
            return
        }
        if let idle = snapshot.session.idleTimeout, idle < shortestIdleTimeout ?? .seconds(Int64.max) {
            shortestIdleTimeout = idle
            onShorterIdleTimeout?()
        }
        guard isOn, listens else { return }
        keepTouches(cache.insert(snapshot, under: hash))
    }

    /// Records the use of a session that PostgreSQL has confirmed.
    func recordTouch(of hash: SHA256Digest, _ session: PackedSession, at now: BootInstant) {
        guard recordsAllTouches || session.hasIdleTimeout else { return }
        if let number = cache.find(hash) {
            cache.noteTouch(number, at: now)
        } else if otherTouches.count < Self.maxTouches || otherTouches[hash] != nil {
            otherTouches[hash] = now
        }
    }

    // MARK: Events

    /// Handles the answer to a heartbeat.
    /// - Parameters:
    ///   - heartbeat: The answer.
    ///   - cluster: The data of the server that has answered, if it tells which they are.
    ///   - sentAt: The time of the heartbeat's sending.
    ///   - isFirst: True for the connection's first heartbeat.
    ///   - listens: True if the connection receives revocations.
    func takeHeartbeat(
        _ heartbeat: Heartbeat, of cluster: DatabaseCluster?, sentAt: BootInstant, isFirst: Bool, listens: Bool
    ) {
        self.listens = listens
        let change = rule.takeHeartbeat(
            clock: heartbeat.clock, origin: heartbeat.origin, sentAt: sentAt, isFirst: isFirst, listens: listens)
        let (former, present) = (server, ServerChange.Server(origin: heartbeat.origin, cluster: cluster))
        if former != present { server = present }
        guard let change else { return }
        keepTouches(cache.removeAll())
        log.notice("\(change.sentence(from: former, to: present)); all sessions are looked up anew")
    }

    func hear(_ revocation: Revocation) {
        guard isOn else { return }
        rule.hear(revocation, at: .now)
        switch revocation {
        case .ended(let hashes), .changed(let hashes):
            // Notifications may come from any sender: the session's touch still counts.
            keepTouches(hashes.compactMap { cache.remove($0) })
        case .user, .everything: break  // applied by the marks when a session is used
        }
    }

    func endLease() { rule.endLease() }

    // Not the rule itself: copying it costs more than most of its answers.

    var leaseTime: Duration { rule.leaseTime }
    func hasLease(at now: BootInstant) -> Bool { rule.hasLease(at: now) }
    func outlastsLease(at now: BootInstant) -> Bool { rule.outlastsLease(at: now) }
    func undecidedSince(_ now: BootInstant) -> BootInstant? { rule.undecidedSince(now) }
    func noteNoAnswer(toAttemptAt begun: BootInstant) -> Bool { rule.noteNoAnswer(toAttemptAt: begun) }
    func noteAnswer() { rule.noteAnswer() }

    /// A Boolean value that indicates whether snapshots may outlast the lease while PostgreSQL does not answer.
    var outlastsLease: Bool { isOn && rule.outageTime > .zero }

    /// Returns whether a snapshot stored elsewhere is fresh.
    func accepts(
        _ snapshot: SessionSnapshot, on hash: SHA256Digest, of user: UserKey, at now: BootInstant,
        isOutage: Bool = false
    ) -> Bool {
        rule.accepts(snapshot, on: hash, of: user, at: now, isOutage: isOutage)
    }

    /// Returns the upper bound of the database's clock at an instant of this machine's, or nil before the first
    /// heartbeat.
    func databaseTime(at moment: BootInstant) -> DatabaseInstant? { rule.databaseTime(at: moment) }

    // MARK: Touches

    /// Starts the writing of all touches that are not written yet.
    func beginWritingTouches() {
        cache.beginWriting()
        otherTouchesLeft = otherTouches.count
    }

    /// Returns some of the touches that are being written, one per session; they count as written from now on.
    func takeTouches(atMost most: Int) -> [SessionTouch] {
        let touches = cache.takeTouches(atMost: most)
        guard touches.isEmpty, otherTouchesLeft > 0 else { return touches }
        let others = otherTouches.prefix(min(most, otherTouchesLeft)).map { SessionTouch(hash: $0, at: $1) }
        for touch in others { otherTouches[touch.hash] = nil }
        otherTouchesLeft -= others.count
        return others
    }

    /// Takes back touches that could not be written.
    func keepTouches(_ touches: [SessionTouch]) {
        for touch in touches {
            let known = otherTouches[touch.hash]
            guard known != nil || otherTouches.count < Self.maxTouches else { continue }
            otherTouches[touch.hash] = max(touch.at, known ?? touch.at)
        }
    }
}
