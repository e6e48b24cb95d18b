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
        let rows = try await change(
            loginLane, statements.beginLogin, [.text(username), Self.network(of: clientAddress)], isIdempotent: true)
        guard let row = rows.first, let attempt = LoginAttempt(Array(row.prefix(LoginAttempt.columns))) else {
            throw Self.unreadable
        }
        return (try Self.loginUser(row.dropFirst(LoginAttempt.columns)), attempt)
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
        // Sent again after a lost connection it may be counted twice, which costs an attempt and gives none away.
        let rows = try await change(
            loginLane, statements.reserveLogin,
            [.text(username), .optional(userID), Self.network(of: clientAddress)], isIdempotent: true)
        guard let attempt = rows.first.flatMap({ LoginAttempt($0) }) else { throw Self.unreadable }
        return attempt
    }

    private static func network(of address: String?) -> PostgreSQLParameter {
        address.flatMap { ClientNetwork($0) }.map { .bytes($0.bytes) } ?? .null
    }

    private static let unreadable = SessionStoreError.unavailable("the throttle's answer cannot be read")

    /// Takes an attempt back whose password was never looked at.
    package func release(_ reservation: LoginReservation) async throws(SessionStoreError) {
        _ = try await change(loginLane, statements.releaseLogin, [.text(reservation.text)], isIdempotent: true)
    }
}
