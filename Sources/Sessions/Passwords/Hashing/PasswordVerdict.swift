/// What came of checking a password.
package enum PasswordVerdict: Equatable, Sendable {
    /// It is the one. The stored hash is worth replacing by one of ours if that is better, and would take this password
    /// alone just as this one does.
    case matches(PasswordFormat, isWorthReplacing: Bool)
    /// It is another one, or there is no such user.
    case differs
    /// No password could have matched, for this reason: the login is refused, and the operator should know.
    case unverifiable(PasswordHashProblem)

    /// Whether the password is the one.
    package var matches: Bool {
        if case .matches = self { true } else { false }
    }
}
