internal import Sessions

/// The outcomes of ``LoginFlow`` and ``PasswordChangeFlow`` as answers for programs.
extension Response {
    init(_ outcome: LoginOutcome) {
        switch outcome {
        case .signedIn(let made): self = .json(LoginAnswer(token: made.token, session: made.session))
        case .refused: self = .unauthorized("the user name or the password is wrong")
        case .prevented(let obstacle): self.init(obstacle)
        }
    }

    init(_ outcome: PasswordChangeOutcome) {
        switch outcome {
        case .changed: self.init(.noContent)
        case .foreignUser:
            self = .error(
                .conflict, code: "not_our_user", message: "the password of this user is not kept here")
        case .unacceptable(let violation):
            self = .error(
                .badRequest, code: "unacceptable_password", message: "the new password \(violation.text)")
        // Not 401, which would mean that the session is over: a page would ask its user to sign in again.
        case .wrongPassword:
            self = .error(.forbidden, code: "wrong_password", message: "the current password is wrong")
        case .sessionOver: self = .unauthorized()
        case .prevented(let obstacle):
            self.init(obstacle, unavailable: "the password could not be changed; try again")
        }
    }

    /// - Parameter message: The operation that failed, if there is more to say than that the store is unreachable.
    private init(_ obstacle: LoginObstacle, unavailable message: String? = nil) {
        switch obstacle {
        case .throttled(let seconds): self = .tooManyAttempts(waitSeconds: seconds)
        case .busy(let seconds): self = .unavailable("too many logins at once; try again", retryAfter: seconds)
        case .clientGone: self = .unavailable("the client has gone")
        case .hashing: self = .unavailable("passwords cannot be checked now; try again")
        case .store(let error): self = .unavailable(error, message)
        }
    }
}
