/// Why no password can be checked against what is stored. Each is worth one line in the log, and none an error page.
package enum PasswordHashProblem: Error, Equatable, Sendable {
    /// Stored so that no password matches: empty, Django's `!…`, shadow(5)'s `*`, `!` and `x`.
    case unusable
    /// No format that is known here, or one that is malformed.
    case unknown
    /// It asks for more memory or time than any hash may.
    case tooCostly(PasswordFormat)
    /// Its format is a legacy one, and those are refused.
    case legacyRefused(PasswordFormat)
}

extension PasswordHashProblem: CustomStringConvertible {
    /// For the log: what is stored is never part of it.
    package var description: String {
        switch self {
        case .unusable: "no password is set"
        case .unknown: "the stored hash is of no known format"
        case .tooCostly(let format): "the stored hash (\(format.rawValue)) asks for more memory or time than is allowed"
        case .legacyRefused(let format): "the stored hash (\(format.rawValue)) is of a legacy format"
        }
    }
}
