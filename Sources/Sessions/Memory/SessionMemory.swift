internal import EventLoop
internal import Logging

/// What this process keeps of sessions, and when it may be believed: the cache, the rule of belief, and the touches that are
/// not written down yet.
@EventLoop
final class SessionMemory {
    private var cache: SessionCache
    private var rule: FreshnessRule
    /// Whether snapshots are used at all, from here or from elsewhere.
    let isOn: Bool
    /// Whether touches of all sessions are to be written down, or only of those with an idle timeout.
    private let recordsAllTouches: Bool
    private let log: Logger
    /// Whether the connection tells of revocations; what it says is not worth keeping otherwise.
    private var listens = false
    /// Uses of sessions that are not in the cache.
    private var otherTouches: [SHA256Digest: BootInstant] = [:]
    /// How many of them are still to be written in this turn.
    private var otherTouchesLeft = 0

    /// The shortest idle timeout of all sessions that were seen: touches must be written in time for it.
    private(set) var shortestIdleTimeout: Duration?
    /// Called when there is a shorter one than ever before.
    var onShorterIdleTimeout: (@EventLoop () -> Void)?

    /// While touches cannot be written, so many are kept.
    private static let maxTouches = 200_000

    /// - Parameters:
    ///   - entries: how many sessions are kept; 0: none.
    ///   - hasOthers: whether snapshots are also kept elsewhere.
    ///   - recordsAllTouches: whether the use of a session is written down also if no idle timeout needs it.
    init(entries: Int, hasOthers: Bool, rule: FreshnessRule, recordsAllTouches: Bool, log: Logger) {
        cache = SessionCache(entries: entries)
        self.rule = rule
        isOn = entries > 0 || hasOthers
        self.recordsAllTouches = recordsAllTouches
        self.log = log
    }

    var count: Int { cache.count }

    // MARK: Checks

    /// The session of a token's hash if what is known of it may be believed now; nil says only that PostgreSQL has to be
    /// asked.
    /// - Parameter isOutage: whether PostgreSQL was asked and did not answer.
    func session(_ hash: SHA256Digest, at now: BootInstant, isOutage: Bool = false) -> PackedSession? {
        guard let number = cache.find(hash), let (snapshot, user) = cache.snapshot(number),
            rule.accepts(snapshot, on: hash, of: user, at: now, isOutage: isOutage)
        else { return nil }
        cache.use(number)
        if recordsAllTouches || snapshot.session.hasIdleTimeout { cache.noteTouch(number, at: now) }
        return snapshot.session
    }

    /// What was kept elsewhere of a session, as a check's answer if it may be believed now; then it is kept here too.
    func session(
        stated snapshot: SessionSnapshot, under hash: SHA256Digest, at now: BootInstant, isOutage: Bool = false
    ) -> PackedSession? {
        let session = snapshot.session
        guard accepts(snapshot, on: hash, of: session.userKey, at: now, isOutage: isOutage) else { return nil }
        learn(snapshot, under: hash)
        recordTouch(of: hash, session, at: now)
        return session
    }

    /// PostgreSQL has said this; nil: there is no such session.
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

    /// A session was used on PostgreSQL's own word.
    func recordTouch(of hash: SHA256Digest, _ session: PackedSession, at now: BootInstant) {
        guard recordsAllTouches || session.hasIdleTimeout else { return }
        if let number = cache.find(hash) {
            cache.noteTouch(number, at: now)
        } else if otherTouches.count < Self.maxTouches || otherTouches[hash] != nil {
            otherTouches[hash] = now
        }
    }

    // MARK: Events

    /// - Parameters:
    ///   - isFirst: whether it is the connection's first.
    ///   - listens: whether the connection tells of revocations.
    func takeHeartbeat(_ heartbeat: Heartbeat, sentAt: BootInstant, isFirst: Bool, listens: Bool) {
        self.listens = listens
        let isWorthless = rule.takeHeartbeat(
            clock: heartbeat.clock, origin: heartbeat.origin, sentAt: sentAt, isFirst: isFirst, listens: listens)
        guard isWorthless, cache.count > 0 else { return }
        keepTouches(cache.removeAll())
        log.notice("dropping the in-memory session cache: connected to a different database, or its clock moved back")
    }

    func hear(_ revocation: Revocation) {
        guard isOn else { return }
        rule.hear(revocation, at: .now)
        switch revocation {
        case .ended(let hashes), .changed(let hashes):
            // Whoever said so may have been a stranger: the session's use still counts.
            keepTouches(hashes.compactMap { cache.remove($0) })
        case .user, .everything: break  // found out by the marks when a session is used
        }
    }

    func endLease() { rule.endLease() }

    // MARK: Belief
    // Not the rule itself: to copy it costs more than most of its answers.

    var leaseTime: Duration { rule.leaseTime }
    func hasLease(at now: BootInstant) -> Bool { rule.hasLease(at: now) }
    func mayOutlastLease(at now: BootInstant) -> Bool { rule.mayOutlastLease(at: now) }

    /// Whether a snapshot that lies elsewhere may be believed.
    func accepts(
        _ snapshot: SessionSnapshot, on hash: SHA256Digest, of user: UserKey, at now: BootInstant,
        isOutage: Bool = false
    ) -> Bool {
        rule.accepts(snapshot, on: hash, of: user, at: now, isOutage: isOutage)
    }

    /// What the database's clock shows at most at a moment of this machine's; nil before the first heartbeat.
    func databaseTime(at moment: BootInstant) -> DatabaseInstant? { rule.databaseTime(at: moment) }

    // MARK: Uses

    /// Now it is the turn of all touches that are not written down yet.
    func beginWritingTouches() {
        cache.beginWriting()
        otherTouchesLeft = otherTouches.count
    }

    /// Some of the touches whose turn it is, each session once; from now on they count as written.
    func takeTouches(atMost most: Int) -> [SessionTouch] {
        let touches = cache.takeTouches(atMost: most)
        guard touches.isEmpty, otherTouchesLeft > 0 else { return touches }
        let others = otherTouches.prefix(min(most, otherTouchesLeft)).map { SessionTouch(hash: $0, at: $1) }
        for touch in others { otherTouches[touch.hash] = nil }
        otherTouchesLeft -= others.count
        return others
    }

    /// They could not be written now.
    func keepTouches(_ touches: [SessionTouch]) {
        for touch in touches {
            let known = otherTouches[touch.hash]
            guard known != nil || otherTouches.count < Self.maxTouches else { continue }
            otherTouches[touch.hash] = max(touch.at, known ?? touch.at)
        }
    }
}
