internal import COpenSSL

/// scrypt (RFC 7914) as Django, Werkzeug, passlib and Spring store it.
struct ScryptHash: PasswordVerifier {
    /// N, a power of two: how many blocks are filled and read.
    private let blocks: UInt64
    /// r: how long a block is, in units of 128 bytes.
    private let blockSize: UInt32
    /// p: how often all of it is done.
    private let lanes: UInt32
    private let salt: [UInt8]
    private let key: [UInt8]

    /// - Parameter keyLength: what the format has; shorter keys are beginnings of the longer ones, so that a cut hash
    ///   would match still.
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
        .scrypt(blocks: Double(blocks), blockSize: Double(blockSize), lanes: Double(lanes))
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

    /// A little more than the highest cost, for what OpenSSL counts besides.
    private static let maxBytes = UInt64(HashingCost.highest.bytes) + (1 << 20)
}

extension HashingCost {
    /// What scrypt takes with N, r and p.
    static func scrypt(blocks: Double, blockSize: Double, lanes: Double) -> HashingCost {
        let computation = HashingCost(bytes: 128 * blockSize * blocks, passes: lanes, nanosecondsPerByte: 2.8)
        let memory = HashingCost(bytes: 128 * blockSize * (blocks + lanes), passes: 1, nanosecondsPerByte: 0)
        return HashingCost(bytes: memory.bytes, time: computation.time)
    }
}
