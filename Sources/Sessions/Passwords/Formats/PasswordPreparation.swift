/// What a format does to a password before the function that hashes it.
enum PasswordPreparation: Sendable {
    case asReceived
    /// Devise: its pepper, which is no part of the database, comes behind.
    case peppered([UInt8])
    /// WordPress: without blanks at either end, which it cuts off at each login.
    case trimmed
    /// WordPress since 6.8: blanks cut off, then HMAC-SHA384 in base64.
    case wordpress
    /// Django's `bcrypt_sha256`: SHA-256 in hexadecimal digits.
    case hexadecimalSHA256
    /// passlib's `bcrypt_sha256`, version 1: SHA-256 in base64.
    case base64SHA256
    /// passlib's `bcrypt_sha256`, version 2: HMAC-SHA256 in base64, its key being the salt as it is written.
    case base64HMAC(salt: [UInt8])

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
            return Self.hexadecimal(try DigestAlgorithm.sha256.digest(of: password))
        case .base64SHA256:
            return Self.base64(try DigestAlgorithm.sha256.digest(of: password))
        case .base64HMAC(let salt):
            return Self.base64(try DigestAlgorithm.sha256.code(key: salt, password))
        }
    }

    /// Whether nothing of `password` is lost.
    func keepsAll(of password: [UInt8]) -> Bool {
        switch self {
        case .trimmed, .wordpress: Self.trim(password) == password
        case .asReceived, .peppered, .hexadecimalSHA256, .base64SHA256, .base64HMAC: true
        }
    }

    /// PHP's `trim`.
    private static func trim(_ password: [UInt8]) -> [UInt8] {
        let blanks: [UInt8] = Array(" \t\n\r\0\u{b}".utf8)
        let start = password.prefix { blanks.contains($0) }.count
        return Array(password[start...].reversed().drop { blanks.contains($0) }.reversed())
    }

    /// With padding.
    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let text = Base64.encode(bytes.span, Base64.standardAlphabet)
        return text + [UInt8](repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}
