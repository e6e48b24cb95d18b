/// A PBKDF2 hash (RFC 8018) as stored by Django, Werkzeug, passlib and Spring, each in a format of its own.
struct PBKDF2Hash: PasswordVerifier {
    private let digest: DigestAlgorithm
    private let iterations: UInt32
    private let salt: [UInt8]
    private let key: [UInt8]

    private static let maxIterations: UInt32 = 10_000_000

    /// Creates a hash from its parsed fields. Returns nil if one is missing or invalid.
    /// - Parameter keyLength: The length of the format's key, by default that of the digest. Other lengths are invalid:
    ///   a shorter key is a prefix of a longer one, so that a truncated hash would still match.
    init?(_ digest: DigestAlgorithm, iterations: UInt32?, salt: [UInt8]?, key: [UInt8]?, keyLength: Int? = nil) {
        guard let iterations, iterations > 0, let salt, let key, key.count == keyLength ?? digest.size else {
            return nil
        }
        self.digest = digest
        self.iterations = iterations
        self.salt = salt
        self.key = key
    }

    var cost: HashingCost {
        let nanoseconds =
            switch digest {
            case .sha1: 300
            case .sha256: 350
            case .sha384, .sha512: 700
            }
        // A longer key is computed in pieces of the digest's length, each with all iterations.
        let pieces = (key.count + digest.size - 1) / digest.size
        return HashingCost(steps: Int(iterations) * pieces, nanosecondsEach: nanoseconds)
    }

    var isTooCostly: Bool { iterations > Self.maxIterations || cost.exceeds(.highest) }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        guard let iterations = Int32(exactly: iterations) else { return false }
        let derived = try digest.derive(password, salt: salt, iterations: iterations, length: key.count)
        return equalInConstantTime(derived, key)
    }
}
