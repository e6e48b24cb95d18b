internal import EventLoop

/// Links with which the gate's own users choose a new password without the old one.
extension SessionStore {
    /// Returns the user of a link.
    /// - Parameters:
    ///   - code: The link's code.
    ///   - clientAddress: The address of the client that asks.
    /// - Returns: Nil if the link is used, too old or unknown, the user is disabled, or a users query is configured.
    /// - Throws: ``SessionStoreError``
    package func userOfPasswordReset(
        _ code: PasswordResetCode, from clientAddress: String?
    ) async throws(SessionStoreError) -> PasswordResetUser? {
        guard externalUsers == nil else { return nil }
        return try await command(
            loginLane, FindPasswordReset(codeHash: code.hash), for: Requester(address: clientAddress))
    }

    /// Changes the password of the user of a link, revokes all sessions of the user, refuses the user's logins in progress,
    /// and makes the link invalid.
    ///
    /// - Parameters:
    ///   - code: The link's code.
    ///   - user: The link's user, as ``userOfPasswordReset(_:from:)`` has returned it.
    ///   - passwordHash: The hash of the new password.
    /// - Returns: The number of sessions that ended; nil, with nothing changed, if the link is used, too old or unknown, or
    ///   the user is disabled.
    /// - Throws: ``SessionStoreError``. After ``SessionStoreError/unavailable(_:)`` the password may have been changed.
    package func resetPassword(
        with code: PasswordResetCode, of user: PasswordResetUser, to passwordHash: String
    ) async throws(SessionStoreError) -> Int? {
        guard externalUsers == nil else { return nil }
        let ended = try await change(
            writeLane, UsePasswordReset(codeHash: code.hash, newHash: passwordHash),
            for: Requester(name: user.id))
        readLane.hear(.user(UserKey(user.id)))
        return ended
    }
}
