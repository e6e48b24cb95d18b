/// The result of checking a password.
package enum PasswordVerdict: Equatable, Sendable {
    /// The password matches. The stored hash is worth replacing if a new one is stronger and the old one depends on
    /// every byte of the password.
    case matches(PasswordFormat, isWorthReplacing: Bool)
    /// The password does not match, or there is no such user.
    case differs
    /// No password could have matched, for the given reason: the login is refused, and the operator should know.
    case unverifiable(PasswordHashProblem)

    /// A Boolean value that indicates whether the password matches.
    package var matches: Bool {
        if case .matches = self { true } else { false }
    }
}
