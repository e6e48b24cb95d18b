internal import EventLoop
internal import Sessions

/// The store, as far as ``PasswordChangeFlow`` uses it.
@EventLoop
protocol PasswordChangeStore: AttemptStore {
    /// Returns one of the gate's own users, or nil if the password is stored elsewhere or the user is disabled.
    func user(id: String) async throws(SessionStoreError) -> UserRecord?

    /// Stores the new hash and revokes all other sessions of the user.
    /// - Returns: The number of revoked sessions, or nil if the user or the session has changed meanwhile: nothing is
    ///   changed then.
    func changePassword(
        of user: UserRecord, to passwordHash: String, keeping kept: SessionToken
    ) async throws(SessionStoreError) -> Int?

    /// Returns the session of `token`, or nil if there is none.
    func session(for token: SessionToken) async throws(SessionStoreError) -> Session?
}

extension SessionStore: PasswordChangeStore {}
