/// The requirements on a new password (NIST SP 800-63B-4, 3.1.1.2, and ASVS 5.0, 6.2): long enough, and not easily
/// guessed. There are no rules of composition.
package struct PasswordRules: Sendable {
    /// The least length, in Unicode code points, each of which counts as one character (NIST SP 800-63B-4, 3.1.1.2).
    package let minLength: Int

    /// The lengths that ``minLength`` may have.
    package static let minLengths = 8...64
    /// What NIST SP 800-63B-4 demands where the password is the only factor.
    package static let defaultMinLength = 15
    /// The maximum length in Unicode code points.
    package static let maxLength = 128
    /// The maximum number of bytes of a password at a login. The longest that may be set has 128 code points of at most
    /// 4 bytes.
    package static let maxBytes = 1024

    /// - Parameter minLength: The least length in Unicode code points, one of ``minLengths``.
    package init(minLength: Int = PasswordRules.defaultMinLength) {
        self.minLength = minLength
    }

    /// The requirement that a password violates.
    package enum Violation: Error, Equatable {
        case notUTF8
        case empty
        case containsNUL
        case tooLong
        case tooShort(minLength: Int)
        case common
        case userName
        case product

        /// The violation in words that follow "the password", for the user who chose it.
        package var text: String {
            switch self {
            case .notUTF8: "is not UTF-8"
            case .empty: "is empty"
            case .containsNUL: "contains a NUL"
            case .tooLong: "has more than \(maxLength) characters"
            case .tooShort(let minLength): "has fewer than \(minLength) characters"
            case .common: "is on the list of common passwords"
            case .userName: "is the user's name"
            case .product: "is the name of this program"
            }
        }

        /// A Boolean value that indicates whether the password is merely weak and could be accepted for a
        /// demonstration.
        package var isWeakness: Bool {
            switch self {
            case .notUTF8, .empty, .containsNUL, .tooLong: false
            case .tooShort, .common, .userName, .product: true
            }
        }
    }

    /// Checks a new password.
    ///
    /// - Parameters:
    ///   - password: The bytes of the password as received.
    ///   - username: The name with which the user signs in.
    ///   - allowWeak: True to accept a weak password, for demonstrations.
    /// - Throws: The first ``Violation``.
    package func check(_ password: [UInt8], username: String, allowWeak: Bool = false) throws(Violation) {
        guard let text = String(validating: password, as: UTF8.self) else { throw .notUTF8 }
        guard !password.isEmpty else { throw .empty }
        guard !password.contains(0) else { throw .containsNUL }
        guard text.unicodeScalars.count <= Self.maxLength else { throw .tooLong }
        guard !allowWeak else { return }
        guard text.unicodeScalars.count >= minLength else { throw .tooShort(minLength: minLength) }
        guard !CommonPasswords.contains(text) else { throw .common }
        let folded = text.lowercased()
        guard folded != username.lowercased() else { throw .userName }
        guard folded != "authfcgi" else { throw .product }
    }

    /// Returns the requirement that a new password violates; nil if it is acceptable.
    ///
    /// - Parameters:
    ///   - password: The bytes of the password as received.
    ///   - username: The name with which the user signs in.
    package func violation(of password: [UInt8], username: String) -> Violation? {
        do throws(Violation) {
            try check(password, username: username)
            return nil
        } catch {
            return error
        }
    }
}
