package import EventLoop

/// When a kept snapshot may be believed instead of asking PostgreSQL. The worker's own cache and every other place that
/// keeps snapshots go through this one rule. It is believed only if, at the moment of use,
///
/// 1. the lease holds: a heartbeat that was sent less than `leaseTime` ago has come back whole, so that everything that
///    was revoked before it was sent has been heard of;
/// 2. it was made after this process began to listen, on the server that it listens to;
/// 3. nothing that was heard since speaks against it;
/// 4. it is young, not from the future, and the session's end is still ahead, all by the database's clock.
///
/// Otherwise the answer is PostgreSQL's to give: neither a snapshot nor the lack of one ever means "no". Only for an
/// operator who has asked for it, and only when PostgreSQL was asked in vain, may the lease have ended by `outageTime`.
///
/// Events and the time are passed in; it does nothing by itself.
package struct FreshnessRule: Sendable {
    /// How long after the sending of a heartbeat what was kept may be believed: the time within which a revocation
    /// counts everywhere, whatever fails.
    package let leaseTime: Duration
    /// How much longer it may be believed when PostgreSQL does not answer.
    package let outageTime: Duration

    /// How old a snapshot may be.
    package static let maximumAge = Duration.seconds(5 * 60)
    /// How much longer marks live: for clocks that do not run evenly.
    private static let margin = Duration.seconds(60)
    private static let maxMarks = 20_000

    private var leaseEnd: BootInstant?
    /// Since when, and to which server, the present connection listens.
    private var listening: (since: DatabaseInstant, origin: ServerIncarnation)?
    private var marks: RevocationMarks
    private var clock = DatabaseClock(memory: maximumAge + margin)
    private var clockOrigin: ServerIncarnation?

    package init(leaseTime: Duration, outageTime: Duration = .zero) {
        self.leaseTime = leaseTime
        self.outageTime = outageTime
        marks = RevocationMarks(lifetime: Self.maximumAge + Self.margin + outageTime, limit: Self.maxMarks)
    }

    /// A heartbeat has come back, and behind it everything that was notified before it.
    ///
    /// - Parameters:
    ///   - value: the database's clock as the heartbeat read it.
    ///   - sent: when it was sent.
    ///   - isFirst: whether it is the connection's first.
    ///   - listens: whether the connection brings notifications; without them there is no lease.
    /// - Returns: whether nothing that was kept up to now can ever be believed again, and should be let go: another
    ///   server, or a clock that was set back.
    package mutating func takeHeartbeat(
        clock value: DatabaseInstant, origin: ServerIncarnation, sentAt sent: BootInstant, isFirst: Bool, listens: Bool
    ) -> Bool {
        let isElsewhere = clockOrigin != nil && clockOrigin != origin
        if isElsewhere { clock = DatabaseClock(memory: Self.maximumAge + Self.margin) }
        clockOrigin = origin
        let wentBack = clock.advance(to: value, readAfter: sent)
        guard listens else {
            leaseEnd = nil
            return isElsewhere || wentBack
        }
        // Not `value`: after a clock was set back, what it showed before must not look new.
        let latest = clock.value(at: sent) ?? value
        if isFirst || isElsewhere || wentBack || listening == nil { listening = (latest, origin) }
        marks.settle(heardBefore: sent, clock: latest)
        leaseEnd = max(leaseEnd ?? sent, sent + leaseTime)
        return isElsewhere || wentBack
    }

    /// What the database's clock shows at most at a moment of this machine's; nil before the first heartbeat.
    package func databaseTime(at moment: BootInstant) -> DatabaseInstant? { clock.value(at: moment) }

    /// The server is not what it should be: a standby, another one, or one that this process does not listen to.
    package mutating func endLease() { leaseEnd = nil }

    /// Something was revoked: heard from PostgreSQL, or done by this process itself.
    package mutating func hear(_ revocation: Revocation, at now: BootInstant) { marks.add(revocation, at: now) }

    package func hasLease(at now: BootInstant) -> Bool {
        guard let leaseEnd else { return false }
        return now < leaseEnd
    }

    /// Whether the lease has ended so recently that what was known then may do while PostgreSQL does not answer.
    package func mayOutlastLease(at now: BootInstant) -> Bool {
        guard let leaseEnd else { return false }
        return now < leaseEnd + outageTime
    }

    /// Whether the snapshot on the session with this token hash may be believed.
    /// - Parameters:
    ///   - user: the session's user, as the snapshot says.
    ///   - isOutage: whether PostgreSQL was asked and did not answer.
    package func accepts(
        _ snapshot: SessionSnapshot, on hash: SHA256Digest, of user: UserKey, at now: BootInstant,
        isOutage: Bool = false
    ) -> Bool {
        guard let leaseEnd, now < (isOutage ? leaseEnd + outageTime : leaseEnd),
            let listening, let databaseNow = clock.value(at: now),
            // Nothing grows older than PostgreSQL let it while nobody can renew it.
            let lastWord = clock.value(at: min(now, leaseEnd))
        else { return false }
        let asOf = snapshot.asOf
        return snapshot.origin == listening.origin && asOf > listening.since
            && asOf <= databaseNow && lastWord - asOf <= Self.maximumAge
            && snapshot.session.expiresAt > databaseNow
            && marks.allow(hash, of: user, asOf: asOf)
    }
}
