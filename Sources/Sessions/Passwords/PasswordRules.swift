/// What a password must be when somebody sets it: NIST SP 800-63B, 3.1.1.2, and ASVS 5.0, 6.2. Long enough, and not one of
/// those that are tried first; what it is made of is nobody's business.
package enum PasswordRules {
    /// In Unicode code points: each counts as one character (NIST SP 800-63B, 3.1.1.2).
    package static let lengths = 8...128

    /// How much of a password a login takes. The longest that may be set has 128 code points of 4 bytes at most.
    package static let maxBytes = 1024

    /// What is wrong with a password.
    package enum Violation: Error, CaseIterable {
        case notUTF8
        case empty
        case containsNUL
        case tooLong
        case tooShort
        case worst
        case userName
        case product

        /// In words for the one who has chosen it; what follows "the password".
        package var text: String {
            switch self {
            case .notUTF8: "is not UTF-8"
            case .empty: "is empty"
            case .containsNUL: "contains a NUL"
            case .tooLong: "has more than \(lengths.upperBound) characters"
            case .tooShort: "has fewer than \(lengths.lowerBound) characters"
            case .worst: "is one of those that everybody tries first"
            case .userName: "is the user's name"
            case .product: "is the name of this program"
            }
        }

        /// Whether it is guessed easily, and could be taken all the same.
        package var isWeakness: Bool {
            switch self {
            case .notUTF8, .empty, .containsNUL, .tooLong: false
            case .tooShort, .worst, .userName, .product: true
            }
        }
    }

    /// Throws what is wrong with a password.
    ///
    /// - Parameters:
    ///   - password: as it came, byte for byte.
    ///   - username: what the user signs in with.
    ///   - allowWeak: takes also one that is guessed easily, for demonstrations.
    package static func check(_ password: [UInt8], username: String, allowWeak: Bool = false) throws(Violation) {
        guard let text = String(validating: password, as: UTF8.self) else { throw .notUTF8 }
        guard !password.isEmpty else { throw .empty }
        guard !password.contains(0) else { throw .containsNUL }
        guard text.unicodeScalars.count <= lengths.upperBound else { throw .tooLong }
        guard !allowWeak else { return }
        guard text.unicodeScalars.count >= lengths.lowerBound else { throw .tooShort }
        guard !CommonPasswords.contains(text) else { throw .worst }
        let folded = text.lowercased()
        guard folded != username.lowercased() else { throw .userName }
        guard folded != "authfcgi" else { throw .product }
    }
}
