internal import EventLoop
internal import Logging

/// What this process keeps of sessions, and when it may be believed: the cache, the rule of belief, and the uses that are
/// not written down yet.
@EventLoop
final class SessionMemory {
    private var cache: SessionCache
    private var rule: RuleOfBelief
    /// Whether statements are used at all, from here or from elsewhere.
    let isOn: Bool
    /// Whether uses of all sessions are to be written down, or only of those with an idle timeout.
    private let recordsAllUses: Bool
    private let log: Logger
    /// Whether the connection tells of revocations; what it says is not worth keeping otherwise.
    private var listens = false
    /// Uses of sessions that are not in the cache.
    private var otherUses: [Digest: BootInstant] = [:]
    /// How many of them are still to be written in this turn.
    private var otherUsesLeft = 0

    /// The shortest idle timeout of all sessions that were seen: uses must be written in time for it.
    private(set) var shortestIdleTimeout: Duration?
    /// Called when there is a shorter one than ever before.
    var onShorterIdleTimeout: (@EventLoop () -> Void)?

    /// While uses cannot be written, so many are kept.
    private static let mostUses = 200_000

    /// - Parameters:
    ///   - entries: how many sessions are kept; 0: none.
    ///   - hasOthers: whether statements are also kept elsewhere.
    ///   - recordsAllUses: whether the use of a session is written down also if no idle timeout needs it.
    init(entries: Int, hasOthers: Bool, rule: RuleOfBelief, recordsAllUses: Bool, log: Logger) {
        cache = SessionCache(entries: entries)
        self.rule = rule
        isOn = entries > 0 || hasOthers
        self.recordsAllUses = recordsAllUses
        self.log = log
    }

    var count: Int { cache.count }

    // MARK: Checks

    /// The session of a token's hash if what is known of it may be believed now; nil says only that PostgreSQL has to be
    /// asked.
    /// - Parameter isOutage: whether PostgreSQL was asked and did not answer.
    func session(_ hash: Digest, at now: BootInstant, isOutage: Bool = false) -> PackedSession? {
        guard let number = cache.find(hash), let (statement, user) = cache.statement(number),
            rule.believes(statement, on: hash, of: user, at: now, isOutage: isOutage)
        else { return nil }
        cache.use(number)
        if recordsAllUses || statement.session.hasIdleTimeout { cache.noteUse(number, at: now) }
        return statement.session
    }

    /// What was kept elsewhere of a session, as a check's answer if it may be believed now; then it is kept here too.
    func session(
        stated statement: SessionStatement, under hash: Digest, at now: BootInstant, isOutage: Bool = false
    ) -> PackedSession? {
        let session = statement.session
        guard believes(statement, on: hash, of: session.userKey, at: now, isOutage: isOutage) else { return nil }
        learn(statement, under: hash)
        recordUse(of: hash, session, at: now)
        return session
    }

    /// PostgreSQL has said this; nil: there is no such session.
    func learn(_ statement: SessionStatement?, under hash: Digest) {
        guard let statement else {
            cache.remove(hash)
            return
        }
        if let idle = statement.session.idleTimeout, idle < shortestIdleTimeout ?? .seconds(Int64.max) {
            shortestIdleTimeout = idle
            onShorterIdleTimeout?()
        }
        guard isOn, listens else { return }
        keepUses(cache.insert(statement, under: hash))
    }

    /// A session was used on PostgreSQL's own word.
    func recordUse(of hash: Digest, _ session: PackedSession, at now: BootInstant) {
        guard recordsAllUses || session.hasIdleTimeout else { return }
        if let number = cache.find(hash) {
            cache.noteUse(number, at: now)
        } else if otherUses.count < Self.mostUses || otherUses[hash] != nil {
            otherUses[hash] = now
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
        keepUses(cache.removeAll())
        log.notice("the sessions in memory are let go: the database is another one, or its clock was set back")
    }

    func hear(_ revocation: Revocation) {
        guard isOn else { return }
        rule.hear(revocation, at: .now)
        switch revocation {
        case .ended(let hashes), .changed(let hashes):
            // Whoever said so may have been a stranger: the session's use still counts.
            keepUses(hashes.compactMap { cache.remove($0) })
        case .user, .everything: break  // found out by the marks when a session is used
        }
    }

    func endLease() { rule.endLease() }

    // MARK: Belief
    // Not the rule itself: to copy it costs more than most of its answers.

    var leaseTime: Duration { rule.leaseTime }
    func hasLease(at now: BootInstant) -> Bool { rule.hasLease(at: now) }
    func mayOutlastLease(at now: BootInstant) -> Bool { rule.mayOutlastLease(at: now) }

    /// Whether a statement that lies elsewhere may be believed.
    func believes(
        _ statement: SessionStatement, on hash: Digest, of user: UserKey, at now: BootInstant, isOutage: Bool = false
    ) -> Bool {
        rule.believes(statement, on: hash, of: user, at: now, isOutage: isOutage)
    }

    /// What the database's clock shows at most at a moment of this machine's; nil before the first heartbeat.
    func databaseTime(at moment: BootInstant) -> DatabaseInstant? { rule.databaseTime(at: moment) }

    // MARK: Uses

    /// Now it is the turn of all uses that are not written down yet.
    func beginWritingUses() {
        cache.beginWriting()
        otherUsesLeft = otherUses.count
    }

    /// Some of the uses whose turn it is, each session once; from now on they count as written.
    func takeUses(atMost most: Int) -> [SessionUse] {
        let uses = cache.takeUses(atMost: most)
        guard uses.isEmpty, otherUsesLeft > 0 else { return uses }
        let others = otherUses.prefix(min(most, otherUsesLeft)).map { SessionUse(hash: $0, at: $1) }
        for use in others { otherUses[use.hash] = nil }
        otherUsesLeft -= others.count
        return others
    }

    /// They could not be written now.
    func keepUses(_ uses: [SessionUse]) {
        for use in uses {
            let known = otherUses[use.hash]
            guard known != nil || otherUses.count < Self.mostUses else { continue }
            otherUses[use.hash] = max(use.at, known ?? use.at)
        }
    }
}
