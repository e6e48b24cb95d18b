/// The keys that open sealed snapshots, and the one for new seals. A class, since every check with Redis uses them.
final class SealKeys: Sendable {
    private let keys: [SealKey]

    private static let (generationSize, keySize) = (4, 32)

    /// Reads the keys as the function `current_redis_seal_keys` returns them: each as its generation in 4 bytes, big-endian,
    /// and 32 bytes. The first one makes new seals.
    /// - Parameters:
    ///   - packed: The keys.
    ///   - secret: The part of each key that the database does not have, or nil for none.
    /// - Returns: Nil if there are no keys, or if they cannot be read.
    init?(packed: [UInt8], secret: Secret?) {
        let size = Self.generationSize + Self.keySize
        guard !packed.isEmpty, packed.count % size == 0 else { return nil }
        var keys: [SealKey] = []
        for start in stride(from: 0, to: packed.count, by: size) {
            let keyStart = start + Self.generationSize
            let generation = packed[start..<keyStart].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard let bytes = SHA256Digest(packed.span.extracting(keyStart..<start + size)) else { return nil }
            keys.append(SealKey(generation: generation, bytes: bytes, secret: secret))
        }
        self.keys = keys
    }

    /// The key of new seals.
    var sealing: SealKey { keys[0] }

    /// Returns the key of a generation, if its seals are still accepted.
    func key(_ generation: UInt32) -> SealKey? { keys.first { $0.generation == generation } }
}
