internal import EventLoop
internal import Sessions

/// The store as attempts to prove a password use it.
@EventLoop
protocol AttemptStore: AnyObject, Sendable {
    /// Takes an attempt back whose password was never looked at.
    func release(_ reservation: LoginReservation) async throws(SessionStoreError)

    /// Tells all workers what the hashes in use cost at most.
    func note(highestHashingCost cost: HashingCost) async throws(SessionStoreError)
}

/// The store as ``LoginFlow`` uses it.
@EventLoop
protocol LoginStore: AttemptStore {
    /// Finds out whom a name means, and counts the attempt as a failure if the throttle allows it.
    func beginLogin(
        named username: String, from clientAddress: String?
    ) async throws(SessionStoreError) -> (LoginUser, LoginAttempt)

    /// Whether the store may know of `token`.
    func mayExist(_ token: SessionToken) throws(SessionStoreError) -> Bool

    /// Makes the session and settles the reservation; nil when the user's sessions were ended since `user` was read.
    func createAccessToken(
        for user: UserRecord, origin: SessionOrigin, remembered: Bool, replacing replaced: SessionToken?,
        settling reservation: LoginReservation?
    ) async throws(SessionStoreError) -> MadeSession?

    /// Whether hashes of an older kind are to be replaced.
    var rehashes: Bool { get }

    /// Writes another hash of the password that `user` has just signed in with.
    func rehash(_ user: UserRecord, to hash: String) async
}

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

extension SessionStore: LoginStore, PasswordChangeStore {}
