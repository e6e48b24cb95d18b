internal import COpenSSL

/// The portable hash of phpass, `$P$` or, in phpBB, `$H$`: iterated MD5. The format of WordPress up to 6.7.
struct PHPassHash: PasswordVerifier {
    private let rounds: Int
    private let salt: [UInt8]
    private let checksum: [UInt8]

    /// Parses a hash.
    /// - Parameter text: The text after `$P$`: the rounds' logarithm, eight characters of salt, 22 of checksum.
    init?(_ text: Substring) {
        let bytes = Array(text.utf8)
        guard bytes.count == 31, text.isOfCryptAlphabet, let logarithm = CryptAlphabet.value(of: bytes[0]),
            (7...30).contains(logarithm)
        else { return nil }
        rounds = 1 << logarithm
        salt = Array(bytes[1..<9])
        checksum = Array(bytes[9...])
    }

    var cost: HashingCost { HashingCost(steps: rounds, nanosecondsEach: 300, nanosecondsPerByte: 2) }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        var state = Self.digest(salt + password)
        // Each round hashes the digest followed by the password.
        var message = state + password
        for _ in 0..<rounds {
            state = Self.digest(message)
            message.replaceSubrange(0..<state.count, with: state)
        }
        return equalInConstantTime(Self.encode(state), checksum)
    }

    private static func digest(_ bytes: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: 16) { digest, count in
            unsafe MD5(bytes, bytes.count, digest.baseAddress)
            count = 16
        }
    }

    /// Returns the base64 of crypt(3), lowest bits first.
    private static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var value = group.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            for _ in 0...group.count {
                text.append(CryptAlphabet.characters[Int(value & 63)])
                value >>= 6
            }
        }
        return text
    }
}
