internal import Sessions

/// What came of a change of one's own password.
enum PasswordChangeOutcome: Equatable {
    /// It is committed: all other sessions of the user have ended.
    case changed
    /// The user's password is not kept here.
    case foreignUser
    case unacceptable(PasswordRules.Violation)
    /// The current password is another one, or is by now.
    case wrongPassword
    /// The session has ended meanwhile.
    case sessionOver
    case prevented(LoginObstacle)
}
