internal import Sessions

/// The outcome of a look at a link for a new password, or of its use.
enum PasswordResetOutcome: Equatable {
    /// The link can be used, for the password of the user with this name.
    case live(username: String)
    /// The change is committed. All sessions of the user have ended, and the link is used.
    case changed
    /// The link is used, too old or unknown, or its user is disabled: the client must not learn which.
    case noSuchLink
    /// The link can be used with another password.
    case unacceptable(PasswordRules.Violation)
    case prevented(LoginObstacle)
}
