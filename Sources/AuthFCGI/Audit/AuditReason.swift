internal import Sessions

/// The reason of an action's failure. Only the log has it: the client must not learn, for example, whether a user
/// exists.
enum AuditReason: String, CaseIterable {
    case unknownUser = "unknown user"
    case disabledUser = "disabled user"
    case wrongPassword = "wrong password"
    /// No password can be checked against the stored hash.
    case unusableHash = "unusable hash"
    /// A logout everywhere, a password change or the user's deletion happened meanwhile.
    case endedMeanwhile = "the user's sessions were ended meanwhile"
    case changedMeanwhile = "something has changed meanwhile"
    case unacceptablePassword = "unacceptable new password"
    /// The link for a new password is used, too old or unknown.
    case noSuchLink = "no such link"
    case foreignUser = "the password is not kept here"
    /// The users query no longer finds the user, or finds it disabled.
    case userGone = "the user is gone or disabled"
    case noSuchSession = "no such session of the user"
    /// The request relied on the cookie and did not come from a page of this site.
    case otherSite = "not asked by a page of this site"
    case requirement = "requirement not met"
    case busy = "too many logins at once"
    case clientGone = "the client has gone"
    case hashing = "passwords cannot be hashed"
    case store = "the session store cannot be reached"
    case readOnlyStore = "the session store takes no changes"

    init(_ error: SessionStoreError) {
        switch error {
        case .readOnly: self = .readOnlyStore
        case .invalid, .unavailable, .overloaded: self = .store
        }
    }
}
