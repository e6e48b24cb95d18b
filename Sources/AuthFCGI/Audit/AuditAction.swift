/// What somebody did, or tried to do. The raw values are what operators search the log for, and stay as they are.
enum AuditAction: String, CaseIterable {
    case login
    case logout
    case logoutEverywhere = "logout_everywhere"
    /// Of all sessions of the user but the one that asks.
    case logoutElsewhere = "logout_elsewhere"
    /// One session, picked from the list.
    case sessionEnd = "session_end"
    case passwordChange = "password_change"
    /// A check by somebody who is signed in, at a location that requires more.
    case access
    case userAdd = "user_add"
    case userPassword = "user_password"
    case userDisable = "user_disable"
    case userEnable = "user_enable"
    case userDelete = "user_delete"
    case sessionCreate = "session_create"
    case sessionRefresh = "session_refresh"
    case sessionRevoke = "session_revoke"

    /// What a line says of it that was done.
    var done: String {
        switch self {
        case .login, .logout, .access: rawValue
        case .logoutEverywhere: "logout everywhere"
        case .logoutElsewhere: "logout elsewhere"
        case .sessionEnd: "session ended"
        case .passwordChange: "password changed"
        case .userAdd: "user added"
        case .userPassword: "user's password changed"
        case .userDisable: "user disabled"
        case .userEnable: "user enabled"
        case .userDelete: "user deleted"
        case .sessionCreate: "session created"
        case .sessionRefresh: "sessions refreshed"
        case .sessionRevoke: "sessions revoked"
        }
    }

    /// What it is called when it was not done, before the outcome.
    var attempt: String { rawValue.replacing("_", with: " ") }
}
