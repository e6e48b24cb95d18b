/// The keys that the store knows, and the one that new tokens are made with. A class, since each check takes them up.
package final class TokenKeys: Sendable {
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

    /// The key that vouches for new snapshots: every worker knows it by now.
    var sealing: TokenKey { minting }

    /// The key of a generation, if it is still accepted.
    func key(_ generation: Int) -> TokenKey? { accepted.first { $0.generation == generation } }

    /// Whether one of the keys made the token's tag.
    package func recognize(_ token: SessionToken) -> Bool { accepted.contains { $0.recognizes(token) } }

    /// A token nobody has seen before.
    package func newToken() throws(RandomBytes.Unavailable) -> SessionToken {
        SessionToken(random: try RandomBytes.make(32), key: minting)
    }
}
