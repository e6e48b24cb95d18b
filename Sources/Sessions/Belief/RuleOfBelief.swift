package import EventLoop

/// When a kept statement may be believed instead of asking PostgreSQL. The worker's own cache and every other place that
/// keeps statements go through this one rule. It is believed only if, at the moment of use,
///
/// 1. the lease holds: a heartbeat that was sent less than `leaseTime` ago has come back whole, so that everything that
///    was revoked before it was sent has been heard of;
/// 2. it was made after this process began to listen, on the server that it listens to;
/// 3. nothing that was heard since speaks against it;
/// 4. it is young, not from the future, and the session's end is still ahead, all by the database's clock.
///
/// Otherwise the answer is PostgreSQL's to give: neither a statement nor the lack of one ever means "no".
///
/// Events and the time are passed in; it does nothing by itself.
package struct RuleOfBelief: Sendable {
    /// How long after the sending of a heartbeat what was kept may be believed: the time within which a revocation
    /// counts everywhere, whatever fails.
    package let leaseTime: Duration

    /// How old a statement may be.
    package static let maximumAge = Duration.seconds(5 * 60)
    /// How much longer marks live: for clocks that do not run evenly.
    private static let markMargin = Duration.seconds(60)
    private static let mostMarks = 20_000

    private var leaseEnd: BootInstant?
    /// Since when, and to which server, the present connection listens.
    private var listening: (since: DatabaseInstant, origin: DatabaseOrigin)?
    private var marks = RevocationMarks(lifetime: maximumAge + markMargin, limit: mostMarks)
    package private(set) var clock = DatabaseClock()

    package init(leaseTime: Duration) {
        self.leaseTime = leaseTime
    }

    /// The database's clock showed `value` at some moment after `sent`.
    package mutating func readClock(_ value: DatabaseInstant, readAfter sent: BootInstant) {
        clock.advance(to: value, readAfter: sent)
    }

    /// A heartbeat has come back on a connection that listens, and behind it everything that was notified before it.
    ///
    /// - Parameters:
    ///   - value: the database's clock as the heartbeat read it.
    ///   - sent: when it was sent.
    ///   - isFirst: whether it is the connection's first since it listens.
    package mutating func renewLease(
        clock value: DatabaseInstant, origin: DatabaseOrigin, sentAt sent: BootInstant, isFirst: Bool
    ) {
        readClock(value, readAfter: sent)
        // The greater of the two: a clock that was set back must not make old statements look new.
        let latest = clock.value(at: sent) ?? value
        if isFirst || listening?.origin != origin { listening = (latest, origin) }
        marks.settle(heardBefore: sent, clock: latest)
        leaseEnd = max(leaseEnd ?? sent, sent + leaseTime)
    }

    /// The server is not what it should be: a standby, another one, or one that this process does not listen to.
    package mutating func endLease() { leaseEnd = nil }

    /// Something was revoked: heard from PostgreSQL, or done by this process itself.
    package mutating func hear(_ revocation: Revocation, at now: BootInstant) { marks.add(revocation, at: now) }

    package func hasLease(at now: BootInstant) -> Bool {
        guard let leaseEnd else { return false }
        return now < leaseEnd
    }

    /// Whether the statement on the session with this token hash may be believed.
    /// - Parameter user: the session's user, as the statement says.
    package func believes(
        _ statement: SessionStatement, on hash: Digest, of user: UserKey, at now: BootInstant
    ) -> Bool {
        guard hasLease(at: now), let listening, let databaseNow = clock.value(at: now) else { return false }
        let asOf = statement.asOf
        return statement.origin == listening.origin && asOf > listening.since
            && asOf <= databaseNow && databaseNow - asOf <= Self.maximumAge
            && statement.session.expiresAt > databaseNow
            && marks.allow(hash, of: user, asOf: asOf)
    }
}
