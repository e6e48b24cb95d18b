package import EventLoop

/// A login's place in the queue for hashing. It is given up with the last reference.
@EventLoop
package final class HashingPlace {
    private let number: HashingQueue.Number
    private let hasher: PasswordHasher

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
        return try await hasher.run(number, hash.cost, isWanted: isWanted) {
            Result { () throws(HashingFailure) -> PasswordVerdict in
                try hash.matches(password) ? .matches(hash.format, isCurrent: hash.isCurrent) : .differs
            }
        }
    }

    private func verdictOnNobody(
        _ verdict: PasswordVerdict, _ password: [UInt8], _ isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> PasswordVerdict {
        try await hasher.run(number, Argon2Hash.ofNobody.cost, isWanted: isWanted) {
            Result { () throws(HashingFailure) -> PasswordVerdict in
                _ = try Argon2Hash.ofNobody.matches(password)
                return verdict
            }
        }
    }

    /// The form in which a new password is stored.
    package func hash(
        _ password: [UInt8], isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> String {
        try await hasher.run(number, Argon2Hash.ofNobody.cost, isWanted: isWanted) {
            Result { () throws(HashingFailure) -> String in try Argon2Hash(password: password).text }
        }
    }
}
