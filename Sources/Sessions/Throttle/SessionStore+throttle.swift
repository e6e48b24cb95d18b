internal import EventLoop

/// The throttle of logins, which all processes share through PostgreSQL.
extension SessionStore {
    /// Finds out whom a name means, and asks for them: see ``reserveLogin(username:userID:from:)``.
    package func beginLogin(
        named username: String, from clientAddress: String?
    ) async throws(SessionStoreError) -> (LoginUser, LoginAttempt) {
        if let externalUsers {
            let user = try await externalUsers.user(named: username)
            return (user, try await reserveLogin(username: username, userID: user.id, from: clientAddress))
        }
        let begun = try await change(
            loginLane, BeginLogin(username: username, network: clientAddress.flatMap { ClientNetwork($0) }))
        return (begun.user, begun.attempt)
    }

    /// Asks, before a password is hashed, whether there may be an attempt now, and counts it as a failure if so: of the
    /// name, of the user and of the client's network. ``createAccessToken(for:origin:remembered:replacing:settling:)``
    /// says that it succeeded.
    ///
    /// - Parameters:
    ///   - username: as the client gave it.
    ///   - userID: whose it is; nil for a name that nobody has.
    ///   - clientAddress: the client's, from somebody who knows; one that cannot be read counts as none.
    package func reserveLogin(
        username: String, userID: String?, from clientAddress: String?
    ) async throws(SessionStoreError) -> LoginAttempt {
        let network = clientAddress.flatMap { ClientNetwork($0) }
        return try await change(loginLane, ReserveLogin(username: username, userID: userID, network: network))
    }

    /// Takes an attempt back whose password was never looked at.
    package func release(_ reservation: LoginReservation) async throws(SessionStoreError) {
        try await change(loginLane, ReleaseLogin(reservation: reservation))
    }
}
