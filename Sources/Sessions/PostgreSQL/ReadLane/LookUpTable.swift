internal import EventLoop

/// The look-ups without an answer, wherever they are, and the checks that wait for them.
///
/// - Parameter Asker: The type of a check's handler.
struct LookUpTable<Asker> {
    private struct LookUp {
        /// The time at which an answer is too late.
        let deadline: BootInstant
        /// The network of the first check.
        let requester: Requester
        /// The first check, and those that joined before the look-up was sent.
        var askers: [Asker]
        /// The checks that joined later. A session may have begun since the look-up was sent, so a "no" does not answer
        /// them.
        var lateAskers: [Asker] = []
        /// The time of the last sending, or of the first check while the look-up has not been sent.
        var sentAt: BootInstant
        var wasSent = false
        /// True after a connection was lost or a batch failed: a look-up is retried once.
        var wasRetried = false

        mutating func join(_ asker: Asker) {
            if wasSent { lateAskers.append(asker) } else { askers.append(asker) }
        }

        mutating func send(at now: BootInstant) {
            sentAt = now
            wasSent = true
        }
    }

    private var lookUps: [Int: LookUp] = [:]
    /// The look-ups that checks may join.
    private var joinable: [SHA256Digest: Int] = [:]
    private var lastID = 0
    /// The earliest deadline of all look-ups, since this process stood still.
    private var extended: BootInstant?
    private var shares: Shares

    /// - Parameter capacity: The maximum number of look-ups without an answer.
    init(capacity: Int) {
        shares = Shares(capacity: capacity)
    }

    /// Returns whether the requester may have one more look-up.
    func hasRoom(for requester: Requester) -> Bool { shares.hasRoom(for: requester) }

    /// Adds a look-up, which later checks for the same hash may join.
    mutating func add(
        _ hash: SHA256Digest, _ asker: Asker, of requester: Requester, deadline: BootInstant, at now: BootInstant
    ) -> LookUpKey {
        lastID += 1
        lookUps[lastID] = LookUp(deadline: deadline, requester: requester, askers: [asker], sentAt: now)
        shares.take(for: requester)
        joinable[hash] = lastID
        return LookUpKey(id: lastID, hash: hash)
    }

    /// Adds a check to a look-up for the same hash.
    /// - Parameters:
    ///   - hash: The hash.
    ///   - asker: The check.
    ///   - age: The maximum time since the look-up's sending, exclusive.
    ///   - now: The current instant.
    /// - Returns: False if there is none that the check may join.
    mutating func join(
        _ hash: SHA256Digest, _ asker: Asker, sentWithin age: Duration, at now: BootInstant
    ) -> Bool {
        guard let id = joinable[hash], let sentAt = lookUps[id]?.sentAt, now - sentAt < age else { return false }
        lookUps[id]?.join(asker)
        return true
    }

    /// Prevents checks that begin after a revocation from joining look-ups that were sent before it.
    mutating func hear(_ revocation: Revocation) {
        switch revocation {
        case .ended(let hashes), .changed(let hashes): for hash in hashes { joinable[hash] = nil }
        case .user, .everything: joinable.removeAll()
        }
    }

    /// Records that a look-up is sent.
    mutating func send(_ key: LookUpKey, at now: BootInstant) {
        lookUps[key.id]?.send(at: now)
    }

    /// Returns the time at which a look-up's answer is too late, or nil if it was answered.
    func deadline(of key: LookUpKey) -> BootInstant? {
        guard let deadline = lookUps[key.id]?.deadline else { return nil }
        return extended.map { max($0, deadline) } ?? deadline
    }

    /// Returns the time of a look-up's sending, or nil if it was answered.
    func sentAt(of key: LookUpKey) -> BootInstant? { lookUps[key.id]?.sentAt }

    /// Postpones the deadlines of all look-ups.
    mutating func extend(to deadline: BootInstant) { extended = deadline }

    /// Records that a look-up is to be retried.
    /// - Returns: False if it has been retried before.
    mutating func retry(_ key: LookUpKey) -> Bool {
        guard lookUps[key.id]?.wasRetried == false else { return false }
        lookUps[key.id]?.wasRetried = true
        return true
    }

    /// Removes a look-up that is answered.
    /// - Parameters:
    ///   - key: The look-up.
    ///   - isNo: True if the answer is that there is no such session.
    /// - Returns: The checks that are answered, and those that must ask again; none if it was answered before.
    mutating func answer(_ key: LookUpKey, isNo: Bool) -> (answered: [Asker], unanswered: [Asker]) {
        guard let lookUp = lookUps.removeValue(forKey: key.id) else { return ([], []) }
        if let index = joinable.index(forKey: key.hash), joinable.values[index] == key.id { joinable.remove(at: index) }
        shares.free(of: lookUp.requester)
        guard !lookUp.lateAskers.isEmpty else { return (lookUp.askers, []) }
        return isNo ? (lookUp.askers, lookUp.lateAskers) : (lookUp.askers + lookUp.lateAskers, [])
    }

    /// Removes all look-ups.
    /// - Returns: Their checks, in the order of the look-ups.
    mutating func removeAll() -> [Asker] {
        let all = lookUps.sorted { $0.key < $1.key }.map(\.value)
        lookUps.removeAll()
        joinable.removeAll()
        shares = Shares(capacity: shares.capacity)
        return all.flatMap { $0.askers + $0.lateAskers }
    }
}
