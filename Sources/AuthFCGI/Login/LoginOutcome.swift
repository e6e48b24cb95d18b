internal import Sessions

/// The outcome of a login.
enum LoginOutcome {
    case signedIn(MadeSession)
    /// Unknown user, wrong password, disabled user, or sessions that were revoked during the login: the client must not
    /// learn which.
    case refused
    case prevented(LoginObstacle)
}
