internal import EventLoop

/// The throttle of logins, shared by all processes through PostgreSQL.
extension SessionStore {
    /// Finds the user and reserves the attempt: see ``reserveLogin(username:userID:from:showing:)``.
    package func beginLogin(
        named username: String, from clientAddress: String?, showing shown: SessionToken? = nil
    ) async throws(SessionStoreError) -> (LoginUser, LoginAttempt) {
        if let externalUsers {
            let requester = Requester(address: clientAddress, username: username)
            let user = try await externalUsers.user(named: username, for: requester)
            let attempt = try await reserveLogin(
                username: username, userID: user.id, from: clientAddress, showing: shown)
            return (user, attempt)
        }
        let requester = Requester(address: clientAddress, username: username)
        let begun = try await change(
            loginLane, BeginLogin(username: username, network: requester.network, shown: shown?.hash),
            for: requester)
        return (begun.user, begun.attempt)
    }

    /// Asks the throttle, before a password is hashed, whether an attempt is admitted. If so it counts as a failure of
    /// the name, the user and the client's network, until
    /// ``createAccessToken(for:origin:remembered:replacing:settling:)`` reports success.
    /// - Parameters:
    ///   - username: The name as the client sent it.
    ///   - userID: The user's id, or nil for a name that belongs to no user.
    ///   - clientAddress: The client's address from a trusted source. One that cannot be parsed counts as none.
    ///   - shown: The client's session token. If its session is the user's, and is live or has ended by expiry alone, other
    ///     clients' failures neither delay the attempt nor lock it out.
    package func reserveLogin(
        username: String, userID: String?, from clientAddress: String?, showing shown: SessionToken? = nil
    ) async throws(SessionStoreError) -> LoginAttempt {
        let requester = Requester(address: clientAddress, username: username)
        return try await change(
            loginLane,
            ReserveLogin(username: username, userID: userID, network: requester.network, shown: shown?.hash),
            for: requester)
    }

    /// Releases the reservation of an attempt that was no failure.
    package func release(_ reservation: LoginReservation) async throws(SessionStoreError) {
        try await change(loginLane, ReleaseLogin(reservation: reservation))
    }
}
