internal import EventLoop
internal import Logging

/// Who may sign in: the gate's own users, or those of another program's tables.
extension SessionStore {
    /// One of the gate's own users by the id; nil also when the user may not sign in, or the gate keeps no users.
    package func user(id: String) async throws(SessionStoreError) -> UserRecord? {
        guard externalUsers == nil else { return nil }
        return try await command(loginLane, FindUser(key: .id(id)))?.user
    }

    /// Whether hashes of an older kind are to be replaced when the password is at hand.
    package var rehashes: Bool { externalUsers?.rehashes ?? true }

    /// Writes another hash of the password that `user` has just signed in with, unless the password was changed since.
    /// The user's sessions go on. What fails is said once and changes nothing.
    package func rehash(_ user: UserRecord, to hash: String) async {
        do throws(PostgreSQLError) {
            if let externalUsers {
                try await externalUsers.rehash(user, to: hash)
            } else {
                try await loginLane.run(
                    RehashUser(userID: user.identity.userID, oldHash: user.passwordHash, newHash: hash))
            }
            if rehashFailure.end() { log.info("writing rehashed passwords works again") }
        } catch {
            let reason = error.impersonalReason
            if rehashFailure.begin(reason) {
                log.error("writing a rehashed password failed, keeping the old hash: \(reason)")
            }
        }
    }

    /// Tells all workers, also those that start later, that the hashes in use cost so much at most: see
    /// ``LoginAttempt/highestHashingCost``.
    package func note(highestHashingCost cost: HashingCost) async throws(SessionStoreError) {
        try await change(loginLane, NoteHighestHashingCost(cost: cost))
    }

    /// Looks, before the store is used for the first time, whether the users query can work.
    /// - Returns: whether the store can be used.
    func checkUsers(_ users: ExternalUsers) async -> Bool {
        do throws(PostgreSQLError) {
            try await users.check()
            return true
        } catch {
            switch error {
            case .unusable:
                let reason = error.reason(configuration.postgreSQL.names)
                guard let onUnusable else {
                    log.error("\(reason)")
                    return true
                }
                onUnusable(reason)
                return false
            case .connection, .server, .deadline, .confusion, .unreadable:
                log.warning("checking the users query failed: \(error.reason)")
                return true
            }
        }
    }
}
