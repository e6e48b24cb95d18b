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

    /// - Parameters:
    ///   - threads: how many hashes are computed at once, each in a block of 19 MiB.
    ///   - waiting: how many may wait.
    package init(threads: Int, waiting: Int) {
        self.threads = HelperThreads(name: "hashing", threads: threads, waiting: waiting)
    }

    /// Whether one more password may be checked now.
    package var hasRoom: Bool { threads.hasRoom }

    /// Whether `password` belongs to the stored hash; a nil or unreadable hash takes as long and says no.
    package func matches(_ password: [UInt8], _ stored: String?) async throws(Failure) -> Bool {
        let result: Result<Bool, Argon2idHash.Failure>
        do throws(HelperThreads.Busy) {
            result = try await threads.run {
                Result { () throws(Argon2idHash.Failure) -> Bool in
                    guard let hash = stored.flatMap({ Argon2idHash($0) }) else {
                        _ = try Argon2idHash.ofNobody.matches(password)
                        return false
                    }
                    return try hash.matches(password)
                }
            }
        } catch {
            throw .busy
        }
        switch result {
        case .success(let matches): return matches
        case .failure(let failure): throw .failed(failure.reason)
        }
    }

    /// Whether a stored hash is one that would be made today; others are worth replacing when the password is at hand.
    package nonisolated static func isCurrent(_ stored: String) -> Bool {
        // Django writes the name of the algorithm in front.
        let prefix = "argon2$argon2id"
        let hash = stored.hasPrefix(prefix) ? "$" + stored.dropFirst("argon2$".count) : stored
        return Argon2idHash(hash)?.cost == Argon2idHash.Cost()
    }

    /// The form in which a new password is stored.
    package func hash(_ password: [UInt8]) async throws(Failure) -> String {
        let result: Result<String, Failure>
        do throws(HelperThreads.Busy) {
            result = try await threads.run { Result { () throws(Failure) in try Self.hash(password) } }
        } catch {
            throw .busy
        }
        return try result.get()
    }

    /// The same, which takes tens of milliseconds on the calling thread: for commands.
    package nonisolated static func hash(_ password: [UInt8]) throws(Failure) -> String {
        do throws(Argon2idHash.Failure) {
            return try Argon2idHash(password: password).text
        } catch {
            throw .failed(error.reason)
        }
    }
}
