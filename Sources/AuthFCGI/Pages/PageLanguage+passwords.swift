internal import Sessions

extension PageLanguage {
    /// Returns why a new password is not acceptable, and what would be.
    /// - Parameter minLength: in characters.
    func sentence(_ violation: PasswordRules.Violation, minLength: Int) -> String {
        switch violation {
        case .notUTF8, .containsNUL: text(.passwordTooWeak, ["count": "\(minLength)"])
        case .empty, .tooShort: text(.passwordTooShort, ["count": "\(minLength)"])
        case .tooLong: text(.passwordTooLong, ["count": "\(PasswordRules.maxLength)"])
        case .common, .product: text(.passwordCommon)
        case .userName: text(.passwordIsName)
        }
    }
}
