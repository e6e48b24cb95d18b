internal import EventLoop
internal import Sessions

/// The store, as far as ``PasswordResetFlow`` uses it.
@EventLoop
protocol PasswordResetStore: AttemptStore {
    /// Returns the user of a link; nil if it is used, too old or unknown, or its user is disabled.
    func userOfPasswordReset(
        _ code: PasswordResetCode, from clientAddress: String?
    ) async throws(SessionStoreError) -> PasswordResetUser?

    /// Stores the hash, revokes all sessions of the user, and makes the link invalid.
    /// - Returns: The number of revoked sessions, or nil if the link cannot be used any more: nothing is changed then.
    func resetPassword(
        with code: PasswordResetCode, of user: PasswordResetUser, to passwordHash: String
    ) async throws(SessionStoreError) -> Int?
}

extension SessionStore: PasswordResetStore {}
