internal import Sessions

/// The outcome of a password change.
enum PasswordChangeOutcome: Equatable {
    /// The change is committed. All other sessions of the user have ended.
    case changed
    /// The password is stored elsewhere: the user comes from the users query.
    case foreignUser
    case unacceptable(PasswordRules.Violation)
    /// The current password does not match, or has been changed meanwhile.
    case wrongPassword
    /// The session has ended meanwhile.
    case sessionOver
    case prevented(LoginObstacle)
}
