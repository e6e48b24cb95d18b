/// A session token: `afs_` and 54 base64url characters, which encode 32 random bytes and an 8-byte tag.
///
/// Its holder is signed in. Therefore it is never stored or logged: stores use its SHA-256 digest, and its description is
/// a fixed text.
public struct SessionToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The number of characters of a token.
    package static let length = 58

    /// The SHA-256 digest of the token's 58 characters, by which stores, caches and notifications identify it.
    package let hash: SHA256Digest

    /// The 32 random bytes and the tag.
    let payload: InlineArray<40, UInt8>

    /// Parses a token. Returns nil unless the text has the canonical form. Does not check whether the token was ever
    /// issued.
    public init?(_ text: String) {
        self.init(text.utf8Span.span)
    }

    /// Parses a token from the bytes of its text.
    package init?(_ text: borrowing Span<UInt8>) {
        guard text.count == Self.length, Self.hasPrefix(text) else { return nil }
        var payload = InlineArray<40, UInt8>(repeating: 0)
        guard Base64URL.decode(text.extracting(4...), into: &payload) else { return nil }
        self.payload = payload
        hash = SHA256.digest(text)
    }

    /// Creates a new token with a tag of `key`.
    /// - Parameters:
    ///   - random: 32 cryptographically secure random bytes.
    ///   - key: The key of the tag.
    init(random: [UInt8], key: TokenKey) {
        precondition(random.count == 32)
        var payload = InlineArray<40, UInt8>(repeating: 0)
        for (index, byte) in (random + key.tag(of: random.span)).enumerated() { payload[index] = byte }
        let text = Self.text(of: payload)
        hash = SHA256.digest(text.span)
        self.payload = payload
    }

    /// Returns whether `text` begins with `afs_`, the prefix of all tokens, valid or not.
    package static func hasPrefix(_ text: borrowing Span<UInt8>) -> Bool {
        text.count >= 4 && text[0] == UInt8(ascii: "a") && text[1] == UInt8(ascii: "f") && text[2] == UInt8(ascii: "s")
            && text[3] == UInt8(ascii: "_")
    }

    /// The token's text. It is a secret and must be given only to the user who signed in.
    public var secretText: String { String(decoding: Self.text(of: payload), as: UTF8.self) }

    private static func text(of payload: InlineArray<40, UInt8>) -> [UInt8] {
        Array("afs_".utf8) + Base64URL.encode(payload.span)
    }

    /// A fixed text without the token.
    public var description: String { "(session token)" }
    public var debugDescription: String { description }
}
