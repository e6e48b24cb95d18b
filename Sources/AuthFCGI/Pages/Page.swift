internal import Sessions

/// A page for a person with a browser, and what it shows. ``Pages`` makes the answer of it.
enum Page {
    /// `GET /auth/login`, and the answer to a login that has failed.
    case signIn(SignInPage)
    /// `GET /auth/logout`: a button that signs out.
    case signOut
    /// After the sign-out.
    case signedOut
    /// `GET /auth/account`.
    case account(AccountPage)
    /// `GET /auth/reset`: the choice of a new password with a link from an administrator.
    case newPassword(NewPasswordPage)
    /// A message without a form.
    case notice(Notice)
}

/// What the sign-in page shows.
struct SignInPage: Equatable {
    /// Why the last login did not succeed.
    enum Problem: Equatable {
        /// The name or the password is wrong.
        case refused
        /// Too many logins have failed.
        case throttled(seconds: Int)
        /// Too many logins at once.
        case busy(seconds: Int)
        /// It cannot be determined whether the login is right. Nobody was signed out.
        case unavailable
        /// The form was sent by a page of another site, or the browser does not say from which.
        case otherSite
        /// Name or password are missing, or the form cannot be read.
        case incomplete
        /// Name or password are longer than any that there is.
        case tooLong
        /// A form of the account page changed nothing, since its session had ended.
        case sessionOver
    }

    /// The place to return to, as ``RedirectTarget`` has accepted it.
    var target: String
    /// The name as typed.
    var username = ""
    /// True if the box "keep me signed in" is ticked.
    var remembers = false
    var problem: Problem?
}

/// What the account page shows.
struct AccountPage: Equatable {
    struct Entry: Equatable {
        let id: String
        /// Browser and system, or empty if unknown.
        let device: String
        let address: String
        /// The label of a session that a program has made, or empty.
        let label: String
        /// In ISO 8601, UTC, to the minute.
        let createdAt: String
        let lastSeenAt: String
        let isCurrent: Bool
    }

    /// What has just been done, or why it was not.
    enum Message: Equatable {
        case sessionEnded
        case othersEnded
        case passwordChanged
        case wrongPassword
        case unacceptablePassword(PasswordRules.Violation)
        case passwordsDiffer
        case throttled(seconds: Int)
        /// It is unknown whether it was done.
        case unavailable
        case noSuchSession
        /// The form was on a page of another session. Nothing was changed.
        case otherSession
    }

    var username: String
    var name: String
    var email: String
    var groups: [String]
    /// True if this program keeps the user's password.
    var hasOwnPassword: Bool
    var minPasswordLength: Int
    var sessions: [Entry]
    /// True if there may be more sessions than these.
    var mayHaveMore = false
    var message: Message?
}

/// What the page for the choice of a new password shows.
struct NewPasswordPage: Equatable {
    enum Problem: Equatable {
        case unacceptable(PasswordRules.Violation)
        case passwordsDiffer
        case unavailable
        case throttled(seconds: Int)
    }

    /// The code of the link.
    var code: String
    /// The name of the user whose password it is, or empty if unknown.
    var username: String
    var minPasswordLength: Int
    var problem: Problem?
}

/// A message without a form.
enum Notice: Equatable {
    /// The store cannot be reached; the page tries again by itself.
    case unavailable
    /// The answer to a form in the same case. It does not try again: the browser would ask for the address without the form.
    case formUnanswered
    /// The browser came back to the sign-in page again and again with no cookie: it drops the cookie.
    case cookieDropped(isPlainHTTP: Bool, RedirectTarget)
    /// The browser is signed in here, and came back again and again from the page to which it was sent on.
    case notSeen(RedirectTarget)
    /// The link for a new password is used up, too old or wrong.
    case linkExpired
    /// The new password is set.
    case passwordSet
    /// A demand of a location is not met.
    case forbidden
    /// The form was sent by a page of another site, or the browser does not say from which.
    case otherSite
}
