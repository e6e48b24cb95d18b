/// A key whose tags tell tokens that were issued from invented ones, so that those never reach a store. A tag proves
/// nothing: whether a token is valid only its row can say. A class, since each check takes one up.
package final class TokenKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// Counts up with each new key.
    package let generation: Int
    private let bytes: [UInt8]
    /// Vouches for snapshots that lie where others can write, under a key that is made of this one.
    let authenticator: MessageAuthenticator

    package init(generation: Int, bytes: [UInt8]) {
        self.generation = generation
        self.bytes = bytes
        // What tags show to the world says nothing of this one.
        let derived = MessageAuthenticator(key: bytes).code(SHA256Digest(), Array("authfcgi statements".utf8).span)
        authenticator = MessageAuthenticator(key: derived.bytes)
    }

    /// The first 8 bytes of SHA-256(key ‖ random).
    func tag(of random: borrowing Span<UInt8>) -> [UInt8] {
        let bytes = bytes
        return Array(SHA256.digest(bytes.span, random).bytes.prefix(8))
    }

    /// Whether the token's tag was made with this key.
    func recognizes(_ token: SessionToken) -> Bool {
        let bytes = bytes
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
