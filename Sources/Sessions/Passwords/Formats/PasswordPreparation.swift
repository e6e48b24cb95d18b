internal import EventLoop

/// The transformation of a password before its hashing.
enum PasswordPreparation: Sendable {
    /// None.
    case asReceived
    /// Devise: the pepper, which is not stored in the database, is appended.
    case peppered([UInt8])
    /// WordPress: blanks are removed at both ends, as at each of its logins.
    case trimmed
    /// WordPress since 6.8: blanks are removed at both ends, then HMAC-SHA384 in base64.
    case wordpress
    /// Django's `bcrypt_sha256`: SHA-256 in hexadecimal digits.
    case hexadecimalSHA256
    /// passlib's `bcrypt_sha256`, version 1: SHA-256 in base64.
    case base64SHA256
    /// passlib's `bcrypt_sha256`, version 2: HMAC-SHA256 in base64, keyed with the salt as written.
    case base64HMAC(salt: [UInt8])

    /// Returns the transformed password.
    func apply(to password: [UInt8]) throws(HashingFailure) -> [UInt8] {
        switch self {
        case .asReceived:
            return password
        case .peppered(let pepper):
            return password + pepper
        case .trimmed:
            return Self.trim(password)
        case .wordpress:
            return Self.base64(try DigestAlgorithm.sha384.code(key: Array("wp-sha384".utf8), Self.trim(password)))
        case .hexadecimalSHA256:
            return try DigestAlgorithm.sha256.digest(of: password).hex
        case .base64SHA256:
            return Self.base64(try DigestAlgorithm.sha256.digest(of: password))
        case .base64HMAC(let salt):
            return Self.base64(try DigestAlgorithm.sha256.code(key: salt, password))
        }
    }

    /// Returns whether the transformation depends on every byte of `password`.
    func keepsAll(of password: [UInt8]) -> Bool {
        switch self {
        case .trimmed, .wordpress: Self.trim(password) == password
        case .asReceived, .peppered, .hexadecimalSHA256, .base64SHA256, .base64HMAC: true
        }
    }

    /// Removes blanks at both ends, like PHP's `trim`.
    private static func trim(_ password: [UInt8]) -> [UInt8] {
        let blanks: [UInt8] = Array(" \t\n\r\0\u{b}".utf8)
        return Array(password.trimming { blanks.contains($0) })
    }

    /// Returns padded base64 (RFC 4648, section 4).
    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let text = Base64.encode(bytes.span, Base64.standardAlphabet)
        return text + [UInt8](repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
    }
}
