internal import Logging

/// The outcome of an action.
enum AuditOutcome: String, CaseIterable {
    case success
    /// Refused.
    case refused
    /// Refused for now: too many attempts have failed.
    case throttled
    /// Undecided or not carried out, for lack of a resource.
    case unavailable

    var level: Logger.Level {
        switch self {
        case .success: .info
        case .refused, .throttled: .notice
        case .unavailable: .warning
        }
    }
}
