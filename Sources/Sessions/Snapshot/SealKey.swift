/// A key that seals snapshots for storage where others can write.
struct SealKey: Sendable {
    /// The number of the key, of 4 bytes. It increases with each new key of a database, and may begin again after a crash of
    /// the server.
    let generation: UInt32
    let authenticator: MessageAuthenticator

    /// Derives a key.
    /// - Parameters:
    ///   - generation: The number of the key.
    ///   - bytes: The part that the database makes.
    ///   - secret: The part that the database does not have, or nil for none.
    init(generation: UInt32, bytes: SHA256Digest, secret: Secret?) {
        self.generation = generation
        // Without either part, the key is unknown.
        let secret = SHA256.digest(Array((secret?.reveal() ?? "").utf8).span)
        let purpose = Array("authfcgi seals".utf8)
        authenticator = MessageAuthenticator(
            key: MessageAuthenticator(key: secret.bytes).code(bytes, purpose.span).bytes)
    }
}
