internal import EventLoop
internal import Sessions

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

extension SessionStore: LoginStore {}
