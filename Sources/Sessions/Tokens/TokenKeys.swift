/// The accepted keys, and the one for new tokens. A class, since every check uses them.
package final class TokenKeys: Sendable {
    private let accepted: [TokenKey]
    /// The key of new tokens.
    let minting: TokenKey

    /// Creates a set of keys.
    /// - Parameters:
    ///   - accepted: All keys, in any order.
    ///   - minting: The generation for new tokens: the newest that every worker has had time to read.
    /// - Returns: Nil if there is no key of that generation.
    package init?(accepted: [TokenKey], minting: Int) {
        guard let key = accepted.first(where: { $0.generation == minting }) else { return nil }
        self.accepted = accepted
        self.minting = key
    }

    /// Returns whether every key of `others` is also in this set.
    func contains(_ others: TokenKeys) -> Bool {
        others.accepted.allSatisfy { other in accepted.contains { $0.generation == other.generation } }
    }

    /// Returns whether the token's tag was made with one of the keys.
    package func recognize(_ token: SessionToken) -> Bool { accepted.contains { $0.recognizes(token) } }

    /// Returns a new token.
    /// - Throws: ``RandomBytes/Unavailable`` if there are no random bytes.
    package func newToken() throws(RandomBytes.Unavailable) -> SessionToken {
        SessionToken(random: try RandomBytes.make(32), key: minting)
    }
}
