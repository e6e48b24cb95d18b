internal import COpenSSL

/// An scrypt hash (RFC 7914) as stored by Django, Werkzeug, passlib and Spring.
struct ScryptHash: PasswordVerifier {
    /// N, the number of blocks that are filled and read; a power of two.
    private let blocks: UInt64
    /// r, the length of a block in units of 128 bytes.
    private let blockSize: UInt32
    /// p, the number of repetitions.
    private let lanes: UInt32
    private let salt: [UInt8]
    private let key: [UInt8]

    /// Creates a hash from its parsed fields. Returns nil if one is missing or invalid.
    /// - Parameter keyLength: The length of the format's key. Other lengths are invalid: a shorter key is a prefix of a
    ///   longer one, so that a truncated hash would still match.
    init?(
        blocks: UInt64?, blockSize: UInt32?, lanes: UInt32?, salt: [UInt8]?, key: [UInt8]?, keyLength: Int
    ) {
        guard let blocks, blocks > 1, blocks.nonzeroBitCount == 1, let blockSize, blockSize > 0, let lanes, lanes > 0,
            let salt, let key, key.count == keyLength
        else { return nil }
        self.blocks = blocks
        self.blockSize = blockSize
        self.lanes = lanes
        self.salt = salt
        self.key = key
    }

    var cost: HashingCost {
        .scrypt(
            blocks: Double(blocks), blockSize: Double(blockSize), lanes: Double(lanes), saltBytes: Double(salt.count))
    }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        var computed = [UInt8](repeating: 0, count: key.count)
        let result = unsafe password.withUnsafeBytes { password in
            unsafe EVP_PBE_scrypt(
                password.baseAddress?.assumingMemoryBound(to: CChar.self), password.count, salt, salt.count,
                blocks, UInt64(blockSize), UInt64(lanes), Self.maxBytes, &computed, computed.count)
        }
        guard result == 1 else { throw HashingFailure(reason: "OpenSSL cannot compute scrypt") }
        return equalInConstantTime(computed, key)
    }

    /// Slightly above the limit of the cost, for OpenSSL's overhead.
    private static let maxBytes = UInt64(HashingCost.highest.bytes) + (1 << 20)
}

extension HashingCost {
    /// Returns the cost of scrypt with N, r and p, and the length of the salt.
    static func scrypt(blocks: Double, blockSize: Double, lanes: Double, saltBytes: Double) -> HashingCost {
        // The blocks of all lanes are made from the password and the salt, and the key is made from them: PBKDF2 with
        // SHA-256 and one iteration. With few blocks and many lanes it takes longer than the rest. Each piece of 32 bytes
        // has the time of an iteration in ``PBKDF2Hash`` and reads the salt; then the key reads all of it twice.
        let derivation = 16 + saltBytes / 40
        let computation = HashingCost(
            bytes: 128 * blockSize * lanes, passes: 1, nanosecondsPerByte: 2.8 * blocks + derivation)
        let memory = HashingCost(bytes: 128 * blockSize * (blocks + lanes), passes: 1, nanosecondsPerByte: 0)
        return HashingCost(bytes: memory.bytes, time: computation.time)
    }
}
