internal import EventLoop
internal import Sessions

/// The store as ``PasswordChangeFlow`` uses it.
@EventLoop
protocol PasswordChangeStore: AttemptStore {
    /// One of the gate's own users; nil when the password is kept elsewhere, or the user may not sign in.
    func user(id: String) async throws(SessionStoreError) -> UserRecord?

    /// Counts an attempt as a failure if the throttle allows it.
    func reserveLogin(
        username: String, userID: String?, from clientAddress: String?
    ) async throws(SessionStoreError) -> LoginAttempt

    /// Writes the new hash and ends all other sessions of the user.
    /// - Returns: how many ended; nil when the user or the session has changed meanwhile, and then nothing is changed.
    func changePassword(
        of user: UserRecord, to passwordHash: String, keeping kept: SessionToken
    ) async throws(SessionStoreError) -> Int?

    /// The session that `token` opens; nil when there is none.
    func session(for token: SessionToken) async throws(SessionStoreError) -> Session?
}

extension SessionStore: PasswordChangeStore {}
