internal import Logging

/// What came of it.
enum AuditOutcome: String, CaseIterable {
    case success
    /// It may not be.
    case refused
    /// It may not be yet: too many attempts have failed.
    case throttled
    /// It could not be found out, or not be done.
    case unavailable

    var level: Logger.Level {
        switch self {
        case .success: .info
        case .refused, .throttled: .notice
        case .unavailable: .warning
        }
    }
}
