internal import EventLoop

/// Creating, ending and listing sessions.
extension SessionStore {
    /// Creates a session for an authenticated user.
    ///
    /// - Parameters:
    ///   - identity: The user.
    ///   - lifetime: The session's lifetime; nil for the configuration's. The database's `maximum_lifetime` limits it.
    ///   - origin: The client that the session is for.
    /// - Returns: The token, of which only a hash is stored, and the session.
    /// - Throws: ``SessionStoreError``. After ``SessionStoreError/unavailable(_:)`` the session may exist, but its
    ///   token is lost.
    public func createAccessToken(
        for identity: Identity, lifetime: Duration? = nil, origin: SessionOrigin = SessionOrigin()
    ) async throws(SessionStoreError) -> (token: SessionToken, session: Session) {
        try SessionArguments.require(identity)
        try SessionArguments.require(origin)
        if let lifetime { try SessionArguments.require(lifetime: lifetime) }
        var creation = CreateSession(
            try newToken(), identity: identity, lifetime: lifetime ?? configuration.lifetime, origin: origin)
        creation.idleTimeout = configuration.idleTimeout
        // Only a statement with an epoch can be refused, so a session is always created here.
        guard let made = try await change(writeLane, creation) else { throw .unavailable("the session was not made") }
        return (made.token, made.session)
    }

    /// Creates a session at the end of a login.
    ///
    /// - Parameters:
    ///   - user: The user, as read when the password was verified.
    ///   - origin: The client that the session is for.
    ///   - remembered: Whether the session has the configuration's `rememberedLifetime` and no idle timeout.
    ///   - replaced: The token that the client was signed in with; its session ends.
    ///   - reservation: The login's reservation in the throttle, which the new session turns into a success.
    /// - Returns: The session; nil if the user's sessions were revoked after `user` was read.
    /// - Throws: ``SessionStoreError``. After ``SessionStoreError/unavailable(_:)`` the session may exist, but its
    ///   token is lost.
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
        let requester = Requester(address: origin.clientAddress, name: user.identity.userID)
        let made = try await change(writeLane, creation, for: requester)
        if let replaced, made != nil {
            readLane.hear(.ended([replaced.hash]))
            redis?.forget([replaced.hash])
        }
        if let made, made.excess > 0 { readLane.hear(.user(UserKey(user.identity.userID)), isInRows: true) }
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

    // This process applies its own revocations at once, without waiting for PostgreSQL's notification.

    /// Revokes the session of `token`. On return the revocation is committed. A session that has ended already is no
    /// error.
    /// - Throws: ``SessionStoreError`` if the session may not have ended; try again.
    public func revoke(_ token: SessionToken) async throws(SessionStoreError) {
        _ = try await end(token)
    }

    /// Revokes the session of `token`.
    /// - Parameters:
    ///   - token: The token.
    ///   - clientAddress: The address of the client that asks.
    /// - Returns: The session; nil if the token never had one, or the session was removed after its end.
    /// - Throws: ``SessionStoreError`` if the session may not have ended; try again.
    package func end(
        _ token: SessionToken, from clientAddress: String? = nil
    ) async throws(SessionStoreError) -> EndedSession? {
        guard try checks.mayExist(token) else { return nil }
        let requester = Requester(address: clientAddress)
        let ended = try await change(writeLane, RevokeToken(hash: token.hash), for: requester)
        readLane.hear(.ended([token.hash]))
        redis?.forget([token.hash])
        return ended
    }

    /// Revokes all sessions of a user, and refuses the user's logins in progress.
    ///
    /// - Parameters:
    ///   - userID: The user's id, 1 to 255 bytes of UTF-8.
    ///   - kept: The token of a session that stays.
    /// - Returns: The number of sessions that ended; too low if there are more than can be counted in half a second, or if
    ///   the connection was lost and the statement repeated.
    /// - Throws: ``SessionStoreError``. After ``SessionStoreError/unavailable(_:)`` the sessions may have ended; try
    ///   again.
    @discardableResult
    public func revokeAll(
        ofUser userID: String, except kept: SessionToken? = nil
    ) async throws(SessionStoreError) -> Int {
        try await revokeAll(ofUser: userID, except: kept, for: Requester(name: userID))
    }

    /// Revokes all sessions of a user on behalf of a requester: see ``revokeAll(ofUser:except:)``.
    package func revokeAll(
        ofUser userID: String, except kept: SessionToken?, for requester: Requester
    ) async throws(SessionStoreError) -> Int {
        try SessionArguments.require(userID: userID)
        let ended = try await change(
            writeLane, RevokeUserSessions(userID: userID, kept: kept?.hash), for: requester)
        readLane.hear(.user(UserKey(userID)))
        return ended
    }

    /// Changes the password of one of the gate's own users, revokes all other sessions of the user, and refuses the
    /// user's logins in progress.
    ///
    /// - Parameters:
    ///   - user: The user, as read when the current password was verified.
    ///   - passwordHash: The hash of the new password.
    ///   - kept: The token of the session that stays.
    /// - Returns: The number of sessions that ended; nil, with nothing changed, if the password was changed meanwhile,
    ///   the user was disabled or deleted, or the session of `kept` has ended.
    /// - Throws: ``SessionStoreError``. After ``SessionStoreError/unavailable(_:)`` the password may have been changed.
    package func changePassword(
        of user: UserRecord, to passwordHash: String, keeping kept: SessionToken
    ) async throws(SessionStoreError) -> Int? {
        let userID = user.identity.userID
        let ended = try await change(
            writeLane,
            ChangePassword(userID: userID, oldHash: user.passwordHash, newHash: passwordHash, kept: kept.hash),
            for: Requester(name: userID))
        readLane.hear(.user(UserKey(userID)))
        return ended
    }

    /// Revokes one session of a user by its public id.
    ///
    /// - Parameters:
    ///   - sessionID: The session's public id, a UUID; see ``sessions(of:)``.
    ///   - userID: The user's id, 1 to 255 bytes of UTF-8.
    /// - Returns: True if the session was live; false also for the session of another user.
    /// - Throws: ``SessionStoreError``. After ``SessionStoreError/unavailable(_:)`` the session may have ended; try
    ///   again.
    public func revoke(sessionID: String, ofUser userID: String) async throws(SessionStoreError) -> Bool {
        try await revoke(sessionID: sessionID, ofUser: userID, for: Requester(name: userID)) == .ended
    }

    /// Revokes one session of a user on behalf of a requester: see ``revoke(sessionID:ofUser:)``.
    package func revoke(
        sessionID: String, ofUser userID: String, for requester: Requester
    ) async throws(SessionStoreError) -> SessionEnd {
        try SessionArguments.require(sessionID: sessionID)
        try SessionArguments.require(userID: userID)
        let end = try await change(writeLane, RevokeSession(id: sessionID, userID: userID), for: requester)
        readLane.hear(.user(UserKey(userID)), isInRows: true)
        return end
    }

    /// Returns the session of `token` if it has that public id and was revoked shortly before: what a repeated request to
    /// end it finds. Returns nil otherwise.
    /// - Parameters:
    ///   - token: The token.
    ///   - sessionID: The public id of the session that was to end.
    ///   - clientAddress: The address of the client that asks.
    /// - Throws: ``SessionStoreError``
    package func justEnded(
        _ token: SessionToken, sessionID: String, from clientAddress: String?
    ) async throws(SessionStoreError) -> EndedSession? {
        try SessionArguments.require(sessionID: sessionID)
        guard try checks.mayExist(token) else { return nil }
        let statement = FindJustEnded(hash: token.hash, id: sessionID)
        return try await command(writeLane, statement, for: Requester(address: clientAddress))
    }

    /// The maximum number of sessions in the list of a user.
    package static let maxListedSessions = 100

    /// Returns the live sessions of a user, newest first, at most 100.
    /// - Parameter userID: The user's id, 1 to 255 bytes of UTF-8.
    /// - Throws: ``SessionStoreError``
    public func sessions(of userID: String) async throws(SessionStoreError) -> [SessionEntry] {
        try SessionArguments.require(userID: userID)
        do throws(PostgreSQLError) {
            return try await lists.list(of: userID)
        } catch {
            throw failures.report(error)
        }
    }
}
