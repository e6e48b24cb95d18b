internal import EventLoop

/// The received revocations, kept as long as a snapshot from before them could still appear.
struct RevocationMarks: Sendable {
    /// The snapshots that a mark invalidates.
    private enum Reach: Sendable {
        /// All snapshots, present and future.
        case all
        /// All snapshots, until a heartbeat has determined the database's clock after the revocation was received.
        /// Next: `upTo`.
        case pending(heardAt: BootInstant)
        /// The snapshots made at this instant or earlier.
        case upTo(DatabaseInstant)

        func covers(_ asOf: DatabaseInstant) -> Bool {
            switch self {
            case .all, .pending: true
            case .upTo(let last): asOf <= last
            }
        }
    }

    /// The marks of a period, which are dropped together.
    private struct Generation: Sendable {
        var sessions: [SHA256Digest: Reach] = [:]
        var users: [UserKey: Reach] = [:]

        func allows(_ hash: SHA256Digest, of user: UserKey, asOf: DatabaseInstant) -> Bool {
            if !sessions.isEmpty, let reach = sessions[hash], reach.covers(asOf) { return false }
            if !users.isEmpty, let reach = users[user], reach.covers(asOf) { return false }
            return true
        }
    }

    private var present = Generation()
    private var past = Generation()
    private var presentSince: BootInstant?
    private var everything: Reach?

    /// The pending marks, so that a heartbeat need not examine all marks.
    private var pendingSessions: [SHA256Digest] = []
    private var pendingUsers: [UserKey] = []

    /// The minimum lifetime of a mark.
    private let lifetime: Duration
    /// The maximum number of marks. Beyond it, one mark for all sessions replaces them.
    private let limit: Int

    init(lifetime: Duration, limit: Int) {
        self.lifetime = lifetime
        self.limit = limit
    }

    mutating func add(_ revocation: Revocation, at now: BootInstant) {
        forgetOld(now)
        switch revocation {
        case .ended(let hashes): for hash in hashes { present.sessions[hash] = .all }
        case .changed(let hashes):
            for hash in hashes {
                if case .all = present.sessions[hash] { continue }
                if case .pending = present.sessions[hash] {} else { pendingSessions.append(hash) }
                present.sessions[hash] = .pending(heardAt: now)
            }
        case .user(let user):
            if case .pending = present.users[user] {} else { pendingUsers.append(user) }
            present.users[user] = .pending(heardAt: now)
        case .everything: everything = .pending(heardAt: now)
        }
        if present.sessions.count + present.users.count > limit {
            present = Generation()
            pendingSessions = []
            pendingUsers = []
            everything = .pending(heardAt: now)
        }
    }

    /// Settles the marks received before `sent`: they invalidate snapshots up to `clock`.
    /// - Parameters:
    ///   - sent: The time of a heartbeat's sending.
    ///   - clock: An upper bound of the database's clock at some time after `sent`.
    mutating func settle(heardBefore sent: BootInstant, clock: DatabaseInstant) {
        func settled(_ reach: Reach?) -> Reach? {
            if case .pending(let heardAt) = reach, heardAt <= sent { return .upTo(clock) }
            return reach
        }
        everything = settled(everything)
        pendingSessions.removeAll { hash in
            present.sessions[hash] = settled(present.sessions[hash])
            if case .pending = present.sessions[hash] { return false }
            return true
        }
        pendingUsers.removeAll { user in
            present.users[user] = settled(present.users[user])
            if case .pending = present.users[user] { return false }
            return true
        }
        forgetOld(sent)
    }

    /// Returns whether no mark invalidates a snapshot made at `asOf` of this session of this user.
    func allow(_ hash: SHA256Digest, of user: UserKey, asOf: DatabaseInstant) -> Bool {
        if let everything, everything.covers(asOf) { return false }
        return present.allows(hash, of: user, asOf: asOf) && past.allows(hash, of: user, asOf: asOf)
    }

    private mutating func forgetOld(_ now: BootInstant) {
        if let presentSince, now - presentSince < lifetime { return }
        // Pending marks are settled in the present generation. The next heartbeat is near, or no snapshot is fresh
        // anyway.
        guard pendingSessions.isEmpty, pendingUsers.isEmpty else { return }
        past = present
        present = Generation()
        presentSince = now
    }
}
