/// The user of a name at a login. The difference between an unknown and a disabled user is for the log only: the client
/// must not learn it.
package enum LoginUser: Sendable {
    case user(UserRecord)
    /// The user exists and may not sign in.
    case disabled(id: String)
    case nobody

    /// The user, who may sign in.
    package var user: UserRecord? {
        switch self {
        case .user(let user): user
        case .disabled, .nobody: nil
        }
    }

    /// The user's id, or nil if the name belongs to no user.
    package var id: String? {
        switch self {
        case .user(let user): user.identity.userID
        case .disabled(let id): id
        case .nobody: nil
        }
    }
}
