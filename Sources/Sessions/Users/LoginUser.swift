/// Whom a name means at a login. What tells the last two apart is for the log alone: whoever tries names must not learn
/// it.
package enum LoginUser: Sendable {
    case user(UserRecord)
    /// There is such a user, who may not sign in.
    case disabled(id: String)
    case nobody

    /// The user who may sign in.
    package var user: UserRecord? {
        switch self {
        case .user(let user): user
        case .disabled, .nobody: nil
        }
    }

    /// Whose name it is; nil when nobody's.
    package var id: String? {
        switch self {
        case .user(let user): user.identity.userID
        case .disabled(let id): id
        case .nobody: nil
        }
    }
}
