/// A session token: `afs_` and 54 base64url characters, which stand for 32 random bytes and an 8-byte tag.
///
/// Who holds it is signed in, so nothing stores or logs it: stores know its ``hash``, and its description is fixed text.
public struct SessionToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// How many characters every token has.
    package static let length = 58

    /// The SHA-256 of the token's 58 characters: all that stores, caches and notifications know of it.
    package let hash: SHA256Digest

    /// The 32 random bytes and the tag.
    let payload: InlineArray<40, UInt8>

    /// Reads a token in its one canonical form; nil for anything else. Says nothing about whether it was ever issued.
    public init?(_ text: String) {
        self.init(text.utf8Span.span)
    }

    /// The same from bytes.
    package init?(_ text: borrowing Span<UInt8>) {
        guard text.count == Self.length, Self.hasPrefix(text) else { return nil }
        var payload = InlineArray<40, UInt8>(repeating: 0)
        guard Base64URL.decode(text.extracting(4...), into: &payload) else { return nil }
        self.payload = payload
        hash = SHA256.digest(text)
    }

    /// A new token whose tag `key` vouches for.
    /// - Parameter random: 32 bytes nobody can guess.
    init(random: [UInt8], key: TokenKey) {
        precondition(random.count == 32)
        var payload = InlineArray<40, UInt8>(repeating: 0)
        for (index, byte) in (random + key.tag(of: random.span)).enumerated() { payload[index] = byte }
        let text = Self.text(of: payload)
        hash = SHA256.digest(text.span)
        self.payload = payload
    }

    /// Whether `text` is meant as one of our tokens, valid or not.
    package static func hasPrefix(_ text: borrowing Span<UInt8>) -> Bool {
        text.count >= 4 && text[0] == UInt8(ascii: "a") && text[1] == UInt8(ascii: "f") && text[2] == UInt8(ascii: "s")
            && text[3] == UInt8(ascii: "_")
    }

    /// The token itself, to be handed to the one who signed in and to nobody else.
    public var secretText: String { String(decoding: Self.text(of: payload), as: UTF8.self) }

    private static func text(of payload: InlineArray<40, UInt8>) -> [UInt8] {
        Array("afs_".utf8) + Base64URL.encode(payload.span)
    }

    /// The same text for all tokens: none is ever shown.
    public var description: String { "(session token)" }
    /// The same.
    public var debugDescription: String { description }
}
