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

    /// Whether `password` belongs to the stored hash; a nil or unreadable hash takes as long and says no.
    /// - Parameter isWanted: asked when the turn has come: for a client that has gone nothing is hashed.
    package func matches(
        _ password: [UInt8], _ stored: String?, isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> Bool {
        let hash = stored.flatMap { Argon2idHash($0) }
        return try await hasher.run(number, hash?.hashingCost ?? .usual, isWanted: isWanted) {
            Result { () throws(Argon2idHash.Failure) -> Bool in
                let matches = try (hash ?? .ofNobody).matches(password)
                return hash != nil && matches
            }
        }
    }

    /// The form in which a new password is stored.
    package func hash(
        _ password: [UInt8], isWanted: @EventLoop () -> Bool
    ) async throws(PasswordHasher.Failure) -> String {
        try await hasher.run(number, .usual, isWanted: isWanted) {
            Result { () throws(Argon2idHash.Failure) -> String in try Argon2idHash(password: password).text }
        }
    }
}
