package import EventLoop

/// A login's place in the queue for hashing. It is given up with the last reference, or when its turn is over: a failed
/// login's turn lasts as long as the slowest hash takes, so that those behind it cannot tell what its own was.
@EventLoop
package final class HashingTicket {
    private let number: HashingQueue.Number
    private let hasher: PasswordHasher
    private let admittedAt = BootInstant.now
    /// How long it was ready and had to wait.
    private var waited = Duration.zero
    /// How long a failed login took, and its turn, before this one's hash was known.
    private var failureTime: Duration?
    private var turnTime = Duration.zero

    init(_ number: HashingQueue.Number, of hasher: PasswordHasher) {
        self.number = number
        self.hasher = hasher
    }

    isolated deinit { hasher.leave(number) }

    /// Whether `password` belongs to the stored hash, and if that cannot be, why not. Without a hash to compute, one of
    /// ours is computed.
    /// - Parameter isWanted: asked when the turn has come: for a client that has gone nothing is hashed.
    package func verdict(
        on password: [UInt8], _ stored: String?, isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> PasswordVerdict {
        failureTime = hasher.failureTime(ofPassword: password.count)
        turnTime = hasher.placeTime(ofPassword: password.count)
        guard let stored else { return try await verdictOnNobody(.differs, password, isWanted) }
        let hash: PasswordHash
        do throws(PasswordHashProblem) {
            hash = try hasher.read(stored)
        } catch {
            return try await verdictOnNobody(.unverifiable(error), password, isWanted)
        }
        let kind = HashSpeedClass(hash.format, hash.cost)
        hasher.learn(kind, hash.cost)
        return try await verdict(kind, hash.cost(ofPassword: password.count), isWanted) {
            () throws(HashingFailure) in
            guard try hash.matches(password) else { return .differs }
            guard !hash.isCurrent else { return .matches(hash.format, isWorthReplacing: false) }
            return .matches(hash.format, isWorthReplacing: try hash.readsAll(of: password))
        }
    }

    private func verdictOnNobody(
        _ verdict: PasswordVerdict, _ password: [UInt8], _ isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> PasswordVerdict {
        try await self.verdict(.own, PasswordHasher.ownHash, isWanted) { () throws(HashingFailure) in
            _ = try Argon2Hash.ofNobody.matches(password)
            return verdict
        }
    }

    private func verdict(
        _ kind: HashSpeedClass, _ cost: HashingCost, _ isWanted: @EventLoop () -> Bool,
        _ body: @escaping @Sendable () throws(HashingFailure) -> PasswordVerdict
    ) async throws(PasswordHasher.Failure) -> PasswordVerdict {
        var matches = false
        defer { hasher.finish(number, after: matches ? .zero : turnTime) }
        let verdict = try await run(kind, cost, isWanted, body)
        matches = verdict.matches
        return verdict
    }

    /// Waits until a login may be answered that failed or was refused: the time then says nothing of the hash, of
    /// whether there was one, and of what else there was to be found out. Its turn is over before.
    package func holdBack(isWanted: @EventLoop () -> Bool) async {
        let time = failureTime ?? hasher.failureTime(ofPassword: 0)
        await hasher.holdBack(until: admittedAt + waited + time, isWanted: isWanted)
    }

    /// The same for a login that was refused before its hash was looked at: as long as one of ours takes, which is more
    /// than there is to be found out until then.
    package func holdBackRefusal(isWanted: @EventLoop () -> Bool) async {
        hasher.leave(number)
        await hasher.holdBack(until: admittedAt + PasswordHasher.ownHash.time * 2, isWanted: isWanted)
    }

    /// The form in which a new password is stored.
    package func hash(
        _ password: [UInt8], isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> String {
        defer { hasher.finish(number, after: .zero) }
        return try await run(.own, PasswordHasher.ownHash, isWanted) { () throws(HashingFailure) in
            try Argon2Hash(password: password).text
        }
    }

    private func run<T: Sendable>(
        _ kind: HashSpeedClass, _ cost: HashingCost, _ isWanted: @EventLoop () -> Bool,
        _ body: @escaping @Sendable () throws(HashingFailure) -> T
    ) async throws(PasswordHasher.Failure) -> T {
        let readyAt = BootInstant.now
        return try await hasher.run(
            number, kind, cost,
            isWanted: {
                waited = .now - readyAt
                return isWanted()
            }, { Result(catching: body) })
    }
}
