/// The reason why no password can be checked against a stored hash. Worth a line in the log; for the client the login
/// is refused as with a wrong password.
package enum PasswordHashProblem: Error, Equatable, Sendable {
    /// Sign-in is disabled: an empty text, Django's `!…`, shadow(5)'s `*`, `!` and `x`.
    case unusable
    /// The format is unknown, or the text is malformed.
    case unknown
    /// The cost exceeds the absolute limits for memory or time.
    case tooCostly(PasswordFormat)
    /// The time exceeds the limit that the operator has set.
    case aboveTimeLimit(PasswordFormat)
    /// The format is a legacy one, which the operator refuses.
    case legacyRefused(PasswordFormat)
}

extension PasswordHashProblem: CustomStringConvertible {
    /// The problem in words for the log, without any part of the stored text.
    package var description: String {
        switch self {
        case .unusable: "no password is set"
        case .unknown: "the stored hash has an unknown format"
        case .tooCostly(let format): "the stored hash (\(format.rawValue)) exceeds the limits for memory or time"
        case .aboveTimeLimit(let format): "the stored hash (\(format.rawValue)) takes longer than the time limit"
        case .legacyRefused(let format): "the stored hash (\(format.rawValue)) has a legacy format"
        }
    }
}
