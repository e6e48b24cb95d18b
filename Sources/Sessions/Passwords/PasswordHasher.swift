package import EventLoop

/// Hashes and checks passwords on threads of its own: so many at a time, so many waiting, and never on the loop.
@EventLoop
package final class PasswordHasher {
    /// Why a password could not be checked.
    package enum Failure: Error, Equatable {
        /// As many wait already as may.
        case busy
        /// The computation failed.
        case failed(String)
    }

    private let threads: HelperThreads
    private let pepper: [UInt8]
    private let allowsLegacy: Bool

    /// - Parameters:
    ///   - threads: how many hashes are computed at once, each in a block of 19 MiB, or what a foreign hash asks for.
    ///   - waiting: how many may wait.
    ///   - pepper: what Devise appends to each password before bcrypt.
    ///   - allowsLegacy: whether hashes of legacy formats are checked: see ``PasswordHash/isLegacy``.
    package init(threads: Int, waiting: Int, pepper: [UInt8] = [], allowsLegacy: Bool = true) {
        self.threads = HelperThreads(name: "hashing", threads: threads, waiting: waiting)
        self.pepper = pepper
        self.allowsLegacy = allowsLegacy
    }

    /// Whether one more password may be checked now.
    package var hasRoom: Bool { threads.hasRoom }

    /// Whether `password` belongs to the stored hash; a nil or unreadable hash takes as long as one of ours and says no.
    package func matches(_ password: [UInt8], _ stored: String?) async throws(Failure) -> Bool {
        try await verdict(on: password, stored).matches
    }

    /// Whether `password` belongs to the stored hash, and if that cannot be, why not. Without a hash to compute, one of
    /// ours is computed.
    package func verdict(on password: [UInt8], _ stored: String?) async throws(Failure) -> PasswordVerdict {
        let (pepper, allowsLegacy) = (pepper, allowsLegacy)
        let result: Result<PasswordVerdict, HashingFailure>
        do throws(HelperThreads.Busy) {
            result = try await threads.run {
                Result { () throws(HashingFailure) -> PasswordVerdict in
                    try Self.judge(password, stored, pepper: pepper, allowsLegacy: allowsLegacy)
                }
            }
        } catch {
            throw .busy
        }
        switch result {
        case .success(let verdict): return verdict
        case .failure(let failure): throw .failed(failure.reason)
        }
    }

    private nonisolated static func judge(
        _ password: [UInt8], _ stored: String?, pepper: [UInt8], allowsLegacy: Bool
    ) throws(HashingFailure) -> PasswordVerdict {
        guard let stored else {
            _ = try Argon2Hash.ofNobody.matches(password)
            return .differs
        }
        let hash: PasswordHash
        do throws(PasswordHashProblem) {
            hash = try PasswordHash(stored, pepper: pepper)
            if hash.isLegacy && !allowsLegacy { throw .legacyRefused(hash.format) }
        } catch {
            _ = try Argon2Hash.ofNobody.matches(password)
            return .unverifiable(error)
        }
        return try hash.matches(password) ? .matches(hash.format, isCurrent: hash.isCurrent) : .differs
    }

    /// The form in which a new password is stored. Takes tens of milliseconds on the calling thread: for commands.
    package nonisolated static func hash(_ password: [UInt8]) throws(Failure) -> String {
        do throws(HashingFailure) {
            return try Argon2Hash(password: password).text
        } catch {
            throw .failed(error.reason)
        }
    }
}
