internal import EventLoop
internal import Sessions

/// The store, as far as ``LoginFlow`` uses it.
@EventLoop
protocol LoginStore: AttemptStore {
    /// Finds the user and, if the throttle admits the attempt, counts it as a failure.
    /// - Parameter shown: The client's session token, perhaps of a session that has expired.
    func beginLogin(
        named username: String, from clientAddress: String?, showing shown: SessionToken?
    ) async throws(SessionStoreError) -> (LoginUser, LoginAttempt)

    /// Returns whether the store may contain `token`.
    func mayExist(_ token: SessionToken) throws(SessionStoreError) -> Bool

    /// Creates the session and settles the reservation. Returns nil if the user's sessions were revoked since `user`
    /// was read.
    func createAccessToken(
        for user: UserRecord, origin: SessionOrigin, remembered: Bool, replacing replaced: SessionToken?,
        settling reservation: LoginReservation?
    ) async throws(SessionStoreError) -> MadeSession?

    /// A Boolean value that indicates whether outdated hashes are replaced.
    var rehashes: Bool { get }

    /// Stores a new hash of the password with which `user` has just signed in.
    func rehash(_ user: UserRecord, to hash: String) async
}

extension SessionStore: LoginStore {}
