/// A session token: `afs_` and 54 base64url characters, which stand for 32 random bytes and an 8-byte tag.
///
/// Who holds it is signed in, so nothing stores or logs it: stores know its ``hash``, and its description is fixed text.
public struct SessionToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// How many characters every token has.
    package static let length = 58

    /// The SHA-256 of the token's 58 characters: all that stores, caches and notifications know of it.
    package let hash: Digest

    /// The 32 random bytes and the tag.
    fileprivate let payload: InlineArray<40, UInt8>

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

    public var description: String { "(session token)" }
    public var debugDescription: String { description }
}

/// A key whose tags tell tokens that were issued from invented ones, so that those never reach a store. A tag proves
/// nothing: whether a token is valid only its row can say.
package struct TokenKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// Counts up with each new key.
    package let generation: Int
    private let bytes: [UInt8]

    package init(generation: Int, bytes: [UInt8]) {
        self.generation = generation
        self.bytes = bytes
    }

    /// The first 8 bytes of SHA-256(key ‖ random).
    fileprivate func tag(of random: borrowing Span<UInt8>) -> [UInt8] {
        Array(SHA256.digest(bytes.span, random).bytes.prefix(8))
    }

    /// Whether the token's tag was made with this key.
    func recognizes(_ token: SessionToken) -> Bool {
        let tag = SHA256.digest(bytes.span, token.payload.span.extracting(..<32))
        var difference: UInt8 = 0
        unsafe tag.withBytes { tag in
            for index in 0..<8 { unsafe difference |= tag[index] ^ token.payload[32 + index] }
        }
        return difference == 0
    }

    package var description: String { "(token key \(generation))" }
    package var debugDescription: String { description }
}

/// The keys that the store knows, and the one that new tokens are made with.
package struct TokenKeys: Sendable {
    private let accepted: [TokenKey]
    private let minting: TokenKey

    /// - Parameters:
    ///   - accepted: all keys, in any order.
    ///   - minting: the generation for new tokens: the newest that every worker could have read by now.
    /// - Returns: nil when there is no such key.
    package init?(accepted: [TokenKey], minting: Int) {
        guard let key = accepted.first(where: { $0.generation == minting }) else { return nil }
        self.accepted = accepted
        self.minting = key
    }

    /// Whether every key of `others` is still among these.
    func contains(_ others: TokenKeys) -> Bool {
        others.accepted.allSatisfy { other in accepted.contains { $0.generation == other.generation } }
    }

    /// Whether one of the keys made the token's tag.
    package func recognize(_ token: SessionToken) -> Bool { accepted.contains { $0.recognizes(token) } }

    /// A token nobody has seen before.
    package func newToken() throws(RandomBytes.Unavailable) -> SessionToken {
        SessionToken(random: try RandomBytes.make(32), key: minting)
    }
}
