/// The code in a link with which a user chooses a new password without the old one: `afr_` and 43 base64url characters,
/// which encode 32 random bytes.
///
/// Whoever has it can take the account over. Therefore it is never stored or logged: the database has its ``hash``, and
/// its description is a fixed text.
package struct PasswordResetCode: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    private static let prefix = "afr_"
    private static let length = 47

    /// The SHA-256 digest of the code's characters, by which the database identifies it.
    package let hash: SHA256Digest

    /// The code's text. It is a secret and must be given only to whoever is to choose the password.
    package let secretText: String

    /// Parses a code. Returns nil unless the text has the canonical form. Does not check whether the code was ever made.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard text.utf8.count == Self.length, text.hasPrefix(Self.prefix) else { return nil }
        let bytes = Array(text.utf8)
        guard Base64.decode(bytes.span.extracting(Self.prefix.utf8.count...), Base64.urlValues) != nil else {
            return nil
        }
        secretText = text
        hash = SHA256.digest(bytes.span)
    }

    /// Creates a code.
    /// - Parameter random: 32 cryptographically secure random bytes.
    init(random: [UInt8]) {
        precondition(random.count == 32)
        let bytes = Array(Self.prefix.utf8) + Base64URL.encode(random.span)
        secretText = String(decoding: bytes, as: UTF8.self)
        hash = SHA256.digest(bytes.span)
    }

    /// Creates a new code.
    /// - Throws: ``RandomBytes/Unavailable``
    package static func make() throws(RandomBytes.Unavailable) -> PasswordResetCode {
        PasswordResetCode(random: try RandomBytes.make(32))
    }

    /// A fixed text without the code.
    package var description: String { "(password reset code)" }
    package var debugDescription: String { description }
}
