/// The action of an event. Operators search the log for the raw values, which therefore never change.
enum AuditAction: String, CaseIterable {
    case login
    case logout
    case logoutEverywhere = "logout_everywhere"
    /// The end of all sessions of the user but the one of the request.
    case logoutElsewhere = "logout_elsewhere"
    /// The end of one session, chosen from the list.
    case sessionEnd = "session_end"
    case passwordChange = "password_change"
    /// A new password by a link, without the old one.
    case passwordReset = "password_reset"
    /// A check by a signed-in user at a location that requires more.
    case access
    case userAdd = "user_add"
    case userChange = "user_change"
    case userPassword = "user_password"
    /// The making of a link for a new password.
    case userReset = "user_reset"
    case userDisable = "user_disable"
    case userEnable = "user_enable"
    case userDelete = "user_delete"
    case sessionCreate = "session_create"
    case sessionRefresh = "session_refresh"
    case sessionRevoke = "session_revoke"
    /// A new key for the tags of tokens.
    case keyRotate = "key_rotate"

    /// The message of a successful action.
    var done: String {
        switch self {
        case .login, .logout, .access: rawValue
        case .logoutEverywhere: "logout everywhere"
        case .logoutElsewhere: "logout elsewhere"
        case .sessionEnd: "session ended"
        case .passwordChange: "password changed"
        case .passwordReset: "password reset"
        case .userAdd: "user added"
        case .userChange: "user changed"
        case .userPassword: "user's password changed"
        case .userReset: "link for a new password made"
        case .userDisable: "user disabled"
        case .userEnable: "user enabled"
        case .userDelete: "user deleted"
        case .sessionCreate: "session created"
        case .sessionRefresh: "sessions refreshed"
        case .sessionRevoke: "sessions revoked"
        case .keyRotate: "token key rotated"
        }
    }

    /// The noun for a failed action, before the outcome.
    var attempt: String { rawValue.replacing("_", with: " ") }
}
