package import EventLoop

/// A login's place in the queue for hashing. It is given up with the last reference.
@EventLoop
package final class HashingPlace {
    private let number: HashingQueue.Number
    private let hasher: PasswordHasher
    private let admittedAt = BootInstant.now
    /// How long it was ready and had to wait.
    private var waited = Duration.zero

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
        guard let stored else { return try await verdictOnNobody(.differs, password, isWanted) }
        let hash: PasswordHash
        do throws(PasswordHashProblem) {
            hash = try hasher.read(stored)
        } catch {
            return try await verdictOnNobody(.unverifiable(error), password, isWanted)
        }
        hasher.learn(slowestHash: hash.cost.time)
        return try await run(hash.cost, isWanted) { () throws(HashingFailure) in
            try hash.matches(password) ? .matches(hash.format, isCurrent: hash.isCurrent) : .differs
        }
    }

    private func verdictOnNobody(
        _ verdict: PasswordVerdict, _ password: [UInt8], _ isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> PasswordVerdict {
        try await run(Argon2Hash.ofNobody.cost, isWanted) { () throws(HashingFailure) in
            _ = try Argon2Hash.ofNobody.matches(password)
            return verdict
        }
    }

    /// Waits until a login may be answered that failed or was refused: the time then says nothing of the hash, of whether
    /// there was one, and of what else there was to be found out. Nobody waits for the place meanwhile.
    package func holdBack() async {
        hasher.leave(number)
        let left = admittedAt + waited + hasher.failureTime - .now
        if left > .zero { await Reactor.shared.sleep(for: left) }
    }

    /// The form in which a new password is stored.
    package func hash(
        _ password: [UInt8], isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> String {
        try await run(Argon2Hash.ofNobody.cost, isWanted) { () throws(HashingFailure) in
            try Argon2Hash(password: password).text
        }
    }

    private func run<T: Sendable>(
        _ cost: HashingCost, _ isWanted: @EventLoop () -> Bool,
        _ body: @escaping @Sendable () throws(HashingFailure) -> T
    ) async throws(PasswordHasher.Failure) -> T {
        let readyAt = BootInstant.now
        return try await hasher.run(
            number, cost,
            isWanted: {
                waited = .now - readyAt
                return isWanted()
            }, { Result(catching: body) })
    }
}
