internal import Sessions

/// What came of a login.
enum LoginOutcome {
    case signedIn(MadeSession)
    /// The name or the password is wrong, the user is disabled, or the user's sessions were ended meanwhile: the client
    /// must not learn which.
    case refused
    case prevented(LoginObstacle)
}
