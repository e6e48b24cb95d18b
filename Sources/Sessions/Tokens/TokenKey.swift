/// A key whose tags distinguish issued tokens from invented ones, so that the latter do not reach a store. A tag proves
/// nothing else: only the session's row decides whether a token is valid. A class, since every check uses one.
package final class TokenKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The number of the key, which increases with each new key.
    package let generation: Int
    private let bytes: [UInt8]

    /// Creates a key.
    /// - Parameters:
    ///   - generation: The number of the key.
    ///   - bytes: The secret.
    package init(generation: Int, bytes: [UInt8]) {
        self.generation = generation
        self.bytes = bytes
    }

    /// Returns the first 8 bytes of SHA-256(key ‖ random).
    func tag(of random: borrowing Span<UInt8>) -> [UInt8] {
        let bytes = bytes
        return Array(SHA256.digest(bytes.span, random).bytes.prefix(8))
    }

    /// Returns whether the token's tag was made with this key. Takes constant time.
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
