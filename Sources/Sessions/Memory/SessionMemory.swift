internal import EventLoop

/// What this process keeps of sessions, and when it may be believed: the cache, the rule of belief, and the uses that are
/// not written down yet.
@EventLoop
final class SessionMemory {
    private var cache: SessionCache
    private(set) var rule: RuleOfBelief
    /// Whether statements are kept at all.
    let isOn: Bool
    /// Whether uses of sessions are to be written down.
    private let recordsUses: Bool
    /// Uses of sessions that are not in the cache, and those of them whose turn it is to be written.
    private var otherUses: [Digest: BootInstant] = [:]
    private var otherUsesBeingWritten: [SessionUse] = []

    /// While uses cannot be written, so many are kept.
    private static let mostUses = 200_000

    /// - Parameter entries: how many sessions are kept; 0: none.
    init(entries: Int, leaseTime: Duration, recordsUses: Bool) {
        cache = SessionCache(entries: entries)
        rule = RuleOfBelief(leaseTime: leaseTime)
        isOn = entries > 0
        self.recordsUses = recordsUses
    }

    var count: Int { cache.count }

    // MARK: Checks

    /// The session of a token's hash if what is known of it may be believed now; nil says only that PostgreSQL has to be
    /// asked.
    func session(_ hash: Digest, at now: BootInstant) -> PackedSession? {
        guard let number = cache.find(hash), let (statement, user) = cache.statement(number),
            rule.believes(statement, on: hash, of: user, at: now)
        else { return nil }
        cache.use(number, at: now, writing: recordsUses)
        return statement.session
    }

    /// PostgreSQL has said this; nil: there is no such session.
    func learn(_ statement: SessionStatement?, under hash: Digest) {
        guard isOn else { return }
        guard let statement else {
            cache.remove(hash)
            return
        }
        keepUses(cache.insert(statement, under: hash))
    }

    /// A session was used on PostgreSQL's own word.
    func recordUse(of hash: Digest, at now: BootInstant) {
        guard recordsUses else { return }
        if let number = cache.find(hash) {
            cache.use(number, at: now, writing: true)
        } else if otherUses.count < Self.mostUses {
            otherUses[hash] = now
        }
    }

    // MARK: Events

    /// - Parameters:
    ///   - isFirst: whether it is the connection's first.
    ///   - renewsLease: whether the connection tells of revocations.
    func takeHeartbeat(_ heartbeat: Heartbeat, sentAt: BootInstant, isFirst: Bool, renewsLease: Bool) {
        rule.readClock(heartbeat.clock, readAfter: sentAt)
        guard renewsLease else { return }
        rule.renewLease(clock: heartbeat.clock, origin: heartbeat.origin, sentAt: sentAt, isFirst: isFirst)
    }

    func hear(_ revocation: Revocation) {
        rule.hear(revocation, at: .now)
        switch revocation {
        case .ended(let hashes), .changed(let hashes):
            // Whoever said so may have been a stranger: the session's use still counts.
            keepUses(hashes.compactMap { cache.remove($0) })
        case .user, .everything: break  // found out by the marks when a session is used
        }
    }

    func endLease() { rule.endLease() }

    /// What the database's clock shows at most at a moment of this machine's; nil before the first heartbeat.
    func databaseTime(at moment: BootInstant) -> DatabaseInstant? { rule.clock.value(at: moment) }

    // MARK: Uses

    /// Now it is the turn of all uses that are not written down yet.
    func beginWritingUses() {
        cache.beginWriting()
        otherUsesBeingWritten += otherUses.map { SessionUse(hash: $0, at: $1) }
        otherUses = [:]
    }

    /// Some of the uses whose turn it is, each session once; from now on they count as written.
    func takeUses(atMost most: Int) -> [SessionUse] {
        let uses = cache.takeUses(atMost: most)
        guard uses.isEmpty else { return uses }
        let others = otherUsesBeingWritten.suffix(most)
        otherUsesBeingWritten.removeLast(others.count)
        return Array(others)
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
