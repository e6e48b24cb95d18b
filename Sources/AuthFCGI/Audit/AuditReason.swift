internal import Sessions

/// Why something was not done, as far as the gate knows. The log alone says it: the one who asked must not learn, for
/// example, whether there is such a user.
enum AuditReason: String, CaseIterable {
    case unknownUser = "unknown user"
    case disabledUser = "disabled user"
    case wrongPassword = "wrong password"
    /// Nobody can sign in by the hash that is stored.
    case unusableHash = "unusable hash"
    /// A logout everywhere, another password or the user's end came between.
    case endedMeanwhile = "the user's sessions were ended meanwhile"
    case changedMeanwhile = "something has changed meanwhile"
    case unacceptablePassword = "unacceptable new password"
    case foreignUser = "the password is not kept here"
    /// The users query finds somebody no more, or disabled.
    case userGone = "the user is gone or disabled"
    case noSuchSession = "no such session of the user"
    /// A cookie alone does not change anything for a page of another site.
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
