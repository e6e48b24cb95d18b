internal import EventLoop
internal import Logging

/// The users who may sign in: the gate's own, or those in another application's tables.
extension SessionStore {
    /// Returns one of the gate's own users by id.
    /// - Returns: Nil if the user does not exist or is disabled, or if a users query is configured.
    /// - Throws: ``SessionStoreError``
    package func user(id: String) async throws(SessionStoreError) -> UserRecord? {
        guard externalUsers == nil else { return nil }
        return try await command(loginLane, FindUser(key: .id(id)), for: Requester(name: id))?.user
    }

    /// A Boolean value that indicates whether a login replaces a password hash in an outdated format.
    package var rehashes: Bool { externalUsers?.rehashes ?? true }

    /// Replaces the hash of the password that `user` has just signed in with, unless the password was changed
    /// meanwhile. The user's sessions stay. A failure keeps the old hash and is logged once.
    /// - Parameters:
    ///   - user: The user, as read at the login.
    ///   - hash: The new hash of the same password.
    package func rehash(_ user: UserRecord, to hash: String) async {
        do throws(PostgreSQLError) {
            if let externalUsers {
                try await externalUsers.rehash(user, to: hash)
            } else {
                try await loginLane.run(
                    RehashUser(userID: user.identity.userID, oldHash: user.passwordHash, newHash: hash))
            }
            if let fields = rehashFailure.end() {
                log.info("writing rehashed passwords works again", metadata: fields)
            }
        } catch {
            let reason = error.impersonalReason
            if let fields = rehashFailure.begin(reason) {
                log.error("writing a rehashed password failed, keeping the old hash: \(reason)", metadata: fields)
            }
        }
    }

    /// Records the highest cost of the hashes in use, for all workers, including those that start later: see
    /// ``LoginAttempt/highestHashingCost``.
    /// - Throws: ``SessionStoreError``
    package func note(highestHashingCost cost: HashingCost) async throws(SessionStoreError) {
        try await change(loginLane, NoteHighestHashingCost(cost: cost))
    }

    /// Checks the users query before the store's first use.
    /// - Returns: Whether the store can be used.
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
            case .connection, .unsent, .replacement, .refused, .server, .deadline, .confusion, .unreadable, .notReady:
                log.warning("checking the users query failed: \(error.reason)")
                return true
            }
        }
    }
}
