internal import EventLoop

/// How sessions begin and end, and their list.
extension SessionStore {
    /// Makes a session for a user who has proved to be `identity`.
    ///
    /// - Parameters:
    ///   - lifetime: how long it lives; the configuration's when nil, at most the database's `maximum_lifetime`.
    ///   - origin: where the login came from.
    /// - Returns: the token, which exists nowhere else, and the session.
    /// - Throws: ``SessionStoreError``. After ``SessionStoreError/unavailable(_:)`` there may be a session that nobody has
    ///   the token of.
    public func createAccessToken(
        for identity: Identity, lifetime: Duration? = nil, origin: SessionOrigin = SessionOrigin()
    ) async throws(SessionStoreError) -> (token: SessionToken, session: Session) {
        try SessionArguments.require(identity)
        try SessionArguments.require(origin)
        if let lifetime { try SessionArguments.require(lifetime: lifetime) }
        var creation = CreateSession(
            try newToken(), identity: identity, lifetime: lifetime ?? configuration.lifetime, origin: origin)
        creation.idleTimeout = configuration.idleTimeout
        // Without an epoch there is nothing that could have changed: a session is always made.
        guard let made = try await change(writeLane, creation) else { throw .unavailable("the session was not made") }
        return (made.token, made.session)
    }

    /// The same at the end of a login: nil when the user's sessions were ended since `user` was read.
    ///
    /// - Parameters:
    ///   - remembered: whether the session lives as long as the configuration says for those, without an idle timeout.
    ///   - replaced: the token that the same client was signed in with; its session ends.
    ///   - reservation: what the throttle has counted for this login: a success from the session on.
    package func createAccessToken(
        for user: UserRecord, origin: SessionOrigin, remembered: Bool = false, replacing replaced: SessionToken? = nil,
        settling reservation: LoginReservation? = nil
    ) async throws(SessionStoreError) -> MadeSession? {
        var creation = CreateSession(
            try newToken(), identity: user.identity, lifetime: configuration.lifetime, origin: origin)
        creation.epoch = user.epoch
        creation.limit = configuration.sessionsPerUser
        creation.replaced = replaced?.hash
        creation.reservation = reservation
        if remembered, let lifetime = configuration.rememberedLifetime {
            creation.lifetime = lifetime
        } else {
            creation.idleTimeout = configuration.idleTimeout
        }
        let made = try await change(writeLane, creation)
        if let replaced, made != nil {
            readLane.hear(.ended([replaced.hash]))
            redis?.forget([replaced.hash])
        }
        if creation.limit != nil { readLane.hear(.user(UserKey(user.identity.userID))) }
        return made
    }

    private func newToken() throws(SessionStoreError) -> SessionToken {
        guard let keys = readLane.keys else { throw .unavailable("the token keys are not known yet") }
        do throws(RandomBytes.Unavailable) {
            return try keys.newToken()
        } catch {
            throw .unavailable("no random bytes")
        }
    }

    // What this process revokes it has to know at once, not only when PostgreSQL tells everybody; and it goes before
    // logins that wait.

    /// Ends the session of `token`, for good. Returning means that it is committed; ending what has ended is success.
    /// - Throws: ``SessionStoreError``: it is not known whether the session has ended; ask again.
    public func revoke(_ token: SessionToken) async throws(SessionStoreError) {
        _ = try await end(token)
    }

    /// The same.
    /// - Returns: whose session it was; nil when there is none of that token.
    package func end(_ token: SessionToken) async throws(SessionStoreError) -> EndedSession? {
        guard try checks.mayExist(token) else { return nil }
        let ended = try await change(writeLane, RevokeToken(hash: token.hash))
        readLane.hear(.ended([token.hash]))
        redis?.forget([token.hash])
        return ended
    }

    /// Ends all sessions of a user, and all logins of theirs that are under way.
    ///
    /// - Parameters:
    ///   - userID: 1 to 255 bytes.
    ///   - kept: the token whose session stays.
    /// - Returns: how many sessions ended; fewer when the connection was lost meanwhile and it was done twice.
    /// - Throws: ``SessionStoreError``: unless it is ``SessionStoreError/invalid(_:)``, it is not known whether they have
    ///   ended; ask again.
    @discardableResult
    public func revokeAll(
        ofUser userID: String, except kept: SessionToken? = nil
    ) async throws(SessionStoreError) -> Int {
        try SessionArguments.require(userID: userID)
        let ended = try await change(writeLane, RevokeUserSessions(userID: userID, kept: kept?.hash))
        readLane.hear(.user(UserKey(userID)))
        return ended
    }

    /// Gives one of the gate's own users another password, and ends all sessions of the user but one, and all logins
    /// that are under way.
    ///
    /// - Parameters:
    ///   - user: as it was read when the current password was checked.
    ///   - passwordHash: the form in which the new one is stored.
    ///   - kept: the token whose session stays.
    /// - Returns: how many sessions ended; nil, and nothing is changed, when the user has another password by now, may not
    ///   sign in any more, or that session has ended.
    package func changePassword(
        of user: UserRecord, to passwordHash: String, keeping kept: SessionToken
    ) async throws(SessionStoreError) -> Int? {
        let userID = user.identity.userID
        let ended = try await change(
            writeLane,
            ChangePassword(userID: userID, oldHash: user.passwordHash, newHash: passwordHash, kept: kept.hash))
        readLane.hear(.user(UserKey(userID)))
        return ended
    }

    /// Ends one session of a user by its public id, which the list of sessions tells.
    ///
    /// - Parameters:
    ///   - sessionID: a UUID.
    ///   - userID: 1 to 255 bytes.
    /// - Returns: whether it was there to be ended; false also for the session of somebody else.
    /// - Throws: ``SessionStoreError``: unless it is ``SessionStoreError/invalid(_:)``, it is not known whether the session
    ///   has ended; ask again.
    public func revoke(sessionID: String, ofUser userID: String) async throws(SessionStoreError) -> Bool {
        try SessionArguments.require(sessionID: sessionID)
        try SessionArguments.require(userID: userID)
        let wasLive = try await change(writeLane, RevokeSession(id: sessionID, userID: userID))
        readLane.hear(.user(UserKey(userID)))
        return wasLive
    }

    /// The live sessions of a user, the newest first, at most 100.
    /// - Parameter userID: 1 to 255 bytes.
    /// - Throws: ``SessionStoreError``
    public func sessions(of userID: String) async throws(SessionStoreError) -> [SessionEntry] {
        try SessionArguments.require(userID: userID)
        return try await command(writeLane, ListSessions(userID: userID, limit: 100))
    }
}
