internal import EventLoop
internal import FoundationEssentials

/// How sessions begin and end, and their list.
extension SessionStore {
    /// Makes a session for a user who has proved to be `identity`.
    ///
    /// - Parameters:
    ///   - lifetime: how long it lives; the configuration's when nil, at most the database's `maximum_lifetime`.
    ///   - origin: where the login came from.
    /// - Returns: the token, which exists nowhere else, and the session.
    public func createAccessToken(
        for identity: Identity, lifetime: Duration? = nil, origin: SessionOrigin = SessionOrigin()
    ) async throws(SessionStoreError) -> (token: SessionToken, session: Session) {
        var request = NewSession(identity: identity, lifetime: lifetime ?? configuration.lifetime, origin: origin)
        request.idleTimeout = configuration.idleTimeout
        // Without an epoch there is nothing that could have changed: a session is always made.
        guard let made = try await create(request) else { throw .unavailable("the session was not made") }
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
        var request = NewSession(identity: user.identity, lifetime: configuration.lifetime, origin: origin)
        request.epoch = user.epoch
        request.limit = configuration.sessionsPerUser
        request.replaced = replaced?.hash
        request.reservation = reservation
        if remembered, let lifetime = configuration.rememberedLifetime {
            request.lifetime = lifetime
        } else {
            request.idleTimeout = configuration.idleTimeout
        }
        let made = try await create(request)
        if let replaced, made != nil {
            readLane.hear(.ended([replaced.hash]))
            redis?.forget([replaced.hash])
        }
        if request.limit != nil { readLane.hear(.user(UserKey(user.identity.userID))) }
        return made
    }

    private func create(_ request: NewSession) async throws(SessionStoreError) -> MadeSession? {
        guard let keys = readLane.keys else { throw .unavailable("the token keys are not known yet") }
        let token: SessionToken
        do throws(RandomBytes.Unavailable) {
            token = try keys.newToken()
        } catch {
            throw .unavailable("no random bytes")
        }
        let rows = try await change(
            writeLane, statements.createSession, request.parameters(for: token), isIdempotent: false)
        guard let row = rows.first else { return nil }
        guard let made = request.made(token, row) else { throw .unavailable("the new session's row cannot be read") }
        return made
    }

    // What this process revokes it has to know at once, not only when PostgreSQL tells everybody; and it goes before
    // logins that wait.

    /// Ends the session of `token`, for good. Returning means that it is committed; ending what has ended is success.
    public func revoke(_ token: SessionToken) async throws(SessionStoreError) {
        _ = try await end(token)
    }

    /// The same.
    /// - Returns: whose session it was; nil when there is none of that token.
    package func end(_ token: SessionToken) async throws(SessionStoreError) -> EndedSession? {
        guard try checks.mayExist(token) else { return nil }
        let rows = try await change(
            writeLane, statements.revoke, [.bytes(token.hash.bytes)], isIdempotent: true, isUrgent: true)
        readLane.hear(.ended([token.hash]))
        redis?.forget([token.hash])
        return rows.first.flatMap { EndedSession($0) }
    }

    /// Ends all sessions of a user, and all logins of theirs that are under way.
    /// - Parameter kept: the token whose session stays.
    /// - Returns: how many sessions ended; fewer when the connection was lost meanwhile and it was done twice.
    @discardableResult
    public func revokeAll(
        ofUser userID: String, except kept: SessionToken? = nil
    ) async throws(SessionStoreError) -> Int {
        let except: PostgreSQLParameter = kept.map { .bytes($0.hash.bytes) } ?? .null
        let rows = try await change(
            writeLane, statements.revokeUser, [.text(userID), except], isIdempotent: true, isUrgent: true)
        readLane.hear(.user(UserKey(userID)))
        guard let ended = rows.first?.first.flatMap({ $0 }).flatMap({ Int($0) }) else {
            throw .unavailable("revoke_user_sessions() gives no number")
        }
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
        let rows = try await change(
            writeLane, statements.changePassword,
            [.text(userID), .text(user.passwordHash), .text(passwordHash), .bytes(kept.hash.bytes)], isIdempotent: true,
            isUrgent: true)
        readLane.hear(.user(UserKey(userID)))
        guard let value = rows.first?.first else { throw .unavailable("change_user_password() says nothing") }
        return value.flatMap { Int($0) }
    }

    /// Ends one session of a user by its public id, which the list of sessions tells.
    /// - Returns: whether it was there to be ended; false also for the session of somebody else.
    public func revoke(sessionID: String, ofUser userID: String) async throws(SessionStoreError) -> Bool {
        let rows = try await change(
            writeLane, statements.revokeSession, [.text(sessionID), .text(userID)], isIdempotent: true, isUrgent: true)
        readLane.hear(.user(UserKey(userID)))
        return rows.first?.first == "t"
    }

    /// The live sessions of a user, the newest first, at most 100.
    public func sessions(of userID: String) async throws(SessionStoreError) -> [SessionEntry] {
        let rows = try await command(writeLane, statements.sessions, [.text(userID), .number(100)], isIdempotent: true)
        return try rows.map { row throws(SessionStoreError) in
            guard let entry = SessionEntry(row) else { throw .unavailable("a session's row cannot be read") }
            return entry
        }
    }
}
