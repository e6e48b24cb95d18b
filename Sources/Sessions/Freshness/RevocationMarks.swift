internal import EventLoop

/// What was heard of revocations, for as long as a snapshot from before them could still turn up.
struct RevocationMarks: Sendable {
    /// Which snapshots a mark speaks against.
    private enum Reach: Sendable {
        /// All there are and will be.
        case all
        /// All until a heartbeat has said what the database's clock showed after this was heard. → upTo
        case pending(heardAt: BootInstant)
        /// Those that are as late as this, or earlier.
        case upTo(DatabaseInstant)

        func covers(_ asOf: DatabaseInstant) -> Bool {
            switch self {
            case .all, .pending: true
            case .upTo(let last): asOf <= last
            }
        }
    }

    /// Marks of a while: they are forgotten together.
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

    /// Those that are pending, so that a heartbeat need not look at all marks.
    private var pendingSessions: [SHA256Digest] = []
    private var pendingUsers: [UserKey] = []

    /// How long a mark lives at least.
    private let lifetime: Duration
    /// More marks than this are too many to keep: then everything up to now is in doubt.
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

    /// The database's clock showed `clock`, or less, at a moment after `sent`: what was heard before `sent` speaks
    /// against snapshots up to then.
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

    /// Whether nothing was heard that speaks against a snapshot as of `asOf` on this session of this user.
    func allow(_ hash: SHA256Digest, of user: UserKey, asOf: DatabaseInstant) -> Bool {
        if let everything, everything.covers(asOf) { return false }
        return present.allows(hash, of: user, asOf: asOf) && past.allows(hash, of: user, asOf: asOf)
    }

    private mutating func forgetOld(_ now: BootInstant) {
        if let presentSince, now - presentSince < lifetime { return }
        // What is pending is settled where it stands; the next heartbeat is near, or nothing is believed anyway.
        guard pendingSessions.isEmpty, pendingUsers.isEmpty else { return }
        past = present
        present = Generation()
        presentSince = now
    }
}
