internal import EventLoop
internal import Logging
internal import Sessions

/// What a login does for the stored hash once it has its session.
extension Gate {
    /// Has the hash of a user who has just signed in replaced if it is not one of today's. Nobody waits for it, and one
    /// at a time is enough: whoever is passed over now signs in again some day.
    func rehash(_ user: UserRecord, _ password: [UInt8]) {
        guard store.rehashes, !isRehashing else { return }
        isRehashing = true
        EventLoop.spawn { [self] in
            defer { isRehashing = false }
            do throws(PasswordHasher.Failure) {
                await store.rehash(user, to: try await hasher.admit().hash(password, isWanted: { true }))
            } catch {
                switch error {
                case .busy, .abandoned: break  // logins come first
                case .failed(let reason): log.error("a password could not be hashed anew: \(reason)")
                }
            }
        }
    }
}
