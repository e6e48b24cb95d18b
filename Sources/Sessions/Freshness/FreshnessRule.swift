package import EventLoop

/// The rule that decides whether a stored snapshot may be used instead of querying PostgreSQL. The worker's own cache
/// and every other store of snapshots use this one rule. A snapshot is fresh only if, at the time of use,
///
/// 1. the lease holds: a heartbeat sent less than `leaseTime` ago has been answered completely, so that all revocations
///    before its sending have been received;
/// 2. the snapshot was made after this process began to listen, on the server that it listens to;
/// 3. no revocation received since contradicts it;
/// 4. it is young and not from the future, and the session has not ended, all by the database's clock.
///
/// Otherwise PostgreSQL must be queried: neither a snapshot nor its absence ever means that a session is invalid. Only
/// if the operator has enabled it, and only while PostgreSQL does not answer, may the lease have ended by up to
/// `outageTime` ago: see ``DatabaseSilence``.
///
/// The end of all sessions of a user, or of everybody, raises an epoch in one row and notifies in the same commit. A look-up
/// reads the session and the epochs in one snapshot of the database, or relies on what a heartbeat has read of the epochs, and
/// then its snapshot is dated by that heartbeat: see ``EpochReadings``. So the snapshot of a look-up that has not seen the end is
/// older than that commit, and rule 3 refuses it where the end was heard, rule 2 where listening began later. The marking
/// of the ended rows, which comes later and notifies nobody, plays no part in this.
///
/// A notification may be impossible, when PostgreSQL's notification queue is too full. Then the transaction that ends
/// sessions counts itself in a table, and each heartbeat reads the count. Rule 1 makes that sufficient: the lease holds at most
/// `leaseTime` from the sending of a heartbeat, and the heartbeat's snapshot of the database has every commit before its
/// sending. So a check that begins `leaseTime` after the commit uses a stored snapshot only if a heartbeat with the new count was
/// answered before, and that counts as a revocation of everything.
///
/// A pure state machine: events and the time are passed in.
package struct FreshnessRule: Sendable {
    /// The duration of the lease from the sending of a heartbeat: the time within which a revocation takes effect
    /// everywhere, whatever fails.
    package let leaseTime: Duration
    /// The time by which snapshots may outlast the lease while PostgreSQL is unreachable.
    package let outageTime: Duration

    /// The maximum age of a snapshot.
    package static let maximumAge = Duration.seconds(5 * 60)
    /// The additional lifetime of marks, for clocks that do not run evenly.
    private static let margin = Duration.seconds(60)
    private static let maxMarks = 20_000

    private var leaseEnd: BootInstant?
    /// The start of listening on the present connection, and its server.
    private var listening: (since: DatabaseInstant, origin: ServerIncarnation)?
    private var marks: RevocationMarks
    private var clock = DatabaseClock(memory: maximumAge + margin)
    private var clockOrigin: ServerIncarnation?
    private var silence = DatabaseSilence()

    /// Creates a rule without a lease.
    /// - Parameters:
    ///   - leaseTime: The duration of the lease from the sending of a heartbeat.
    ///   - outageTime: The time by which snapshots may outlast the lease while PostgreSQL is unreachable.
    package init(leaseTime: Duration, outageTime: Duration = .zero) {
        self.leaseTime = leaseTime
        self.outageTime = outageTime
        marks = RevocationMarks(lifetime: Self.maximumAge + Self.margin + outageTime, limit: Self.maxMarks)
    }

    /// Handles the answer to a heartbeat. All notifications sent before it have been received.
    ///
    /// - Parameters:
    ///   - value: The database's clock as read by the heartbeat.
    ///   - origin: The server that answered.
    ///   - sent: The time of the heartbeat's sending.
    ///   - isFirst: True for the connection's first heartbeat.
    ///   - listens: True if the connection receives notifications; without them there is no lease.
    /// - Returns: The reason why no snapshot stored up to now can ever be fresh again, so that all should be dropped; nil
    ///   if there is none.
    package mutating func takeHeartbeat(
        clock value: DatabaseInstant, origin: ServerIncarnation, sentAt sent: BootInstant, isFirst: Bool, listens: Bool
    ) -> ServerChange? {
        silence.end()
        let isElsewhere = clockOrigin != nil && clockOrigin != origin
        if isElsewhere { clock = DatabaseClock(memory: Self.maximumAge + Self.margin) }
        clockOrigin = origin
        let wentBack = clock.advance(to: value, readAfter: sent)
        let change: ServerChange? = isElsewhere ? .incarnation : wentBack ? .clockSetBack : nil
        guard listens else {
            leaseEnd = nil
            return change
        }
        // Not `value`: after the clock was set back, snapshots from before must not look new.
        let latest = clock.value(at: sent) ?? value
        if isFirst || change != nil || listening == nil { listening = (latest, origin) }
        marks.settle(heardBefore: sent, clock: latest)
        leaseEnd = max(leaseEnd ?? sent, sent + leaseTime)
        return change
    }

    /// Returns the upper bound of the database's clock at an instant of this machine's, or nil before the first
    /// heartbeat.
    package func databaseTime(at moment: BootInstant) -> DatabaseInstant? { clock.value(at: moment) }

    /// Ends the lease at once: the server is a standby, another one, or one to which this process does not listen.
    package mutating func endLease() { leaseEnd = nil }

    /// Handles a revocation, received from PostgreSQL or made by this process.
    package mutating func hear(_ revocation: Revocation, at now: BootInstant) { marks.add(revocation, at: now) }

    /// Returns whether the lease holds.
    package func hasLease(at now: BootInstant) -> Bool {
        guard let leaseEnd else { return false }
        return now < leaseEnd
    }

    /// Returns whether the lease holds or ended so recently that snapshots may be used while PostgreSQL is unreachable.
    package func mayOutlastLease(at now: BootInstant) -> Bool {
        guard let leaseEnd else { return false }
        return now < leaseEnd + outageTime
    }

    /// Returns whether snapshots may be used now although the lease has ended.
    package func outlastsLease(at now: BootInstant) -> Bool {
        silence.isCertain && mayOutlastLease(at: now) && !hasLease(at: now)
    }

    /// Returns the end of the lease if it is over, if snapshots may outlast it, and if it is not certain that PostgreSQL
    /// does not answer; otherwise nil.
    package func undecidedSince(_ now: BootInstant) -> BootInstant? {
        guard let leaseEnd, leaseEnd <= now, mayOutlastLease(at: now), !silence.isCertain else { return nil }
        return leaseEnd
    }

    /// Handles an attempt to connect that has failed without an answer, or has had none for some time.
    /// - Parameter begun: The beginning of the attempt.
    /// - Returns: True if it is certain from now on that PostgreSQL does not answer.
    package mutating func noteNoAnswer(toAttemptAt begun: BootInstant) -> Bool {
        guard let leaseEnd else { return false }
        return silence.noteNoAnswer(toAttemptAt: begun, leaseEnd: leaseEnd)
    }

    /// Handles an answer of PostgreSQL to an attempt to connect.
    package mutating func noteAnswer() { silence.end() }

    /// Returns whether a snapshot is fresh.
    /// - Parameters:
    ///   - snapshot: The snapshot.
    ///   - hash: The hash of the session's token.
    ///   - user: The session's user, according to the snapshot.
    ///   - now: The current instant.
    ///   - isOutage: True if the snapshot may outlast the lease, once PostgreSQL does not answer.
    package func accepts(
        _ snapshot: SessionSnapshot, on hash: SHA256Digest, of user: UserKey, at now: BootInstant,
        isOutage: Bool = false
    ) -> Bool {
        guard let leaseEnd, now < (isOutage && silence.isCertain ? leaseEnd + outageTime : leaseEnd),
            let listening, let databaseNow = clock.value(at: now),
            // Snapshots do not age after the lease's end, while no query can renew them.
            let ageReference = clock.value(at: min(now, leaseEnd))
        else { return false }
        let asOf = snapshot.asOf
        return snapshot.origin == listening.origin && asOf > listening.since
            && asOf <= databaseNow && ageReference - asOf <= Self.maximumAge
            && snapshot.session.expiresAt > databaseNow
            && marks.allow(hash, of: user, asOf: asOf)
    }
}
