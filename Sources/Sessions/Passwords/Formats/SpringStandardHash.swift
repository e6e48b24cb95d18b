/// The format of Spring Security's `StandardPasswordEncoder`, from before delegating encoders: SHA-256 of salt and
/// password, iterated.
struct SpringStandardHash: PasswordVerifier {
    private let salt: [UInt8]
    private let digest: [UInt8]

    private static let rounds = 1024

    /// Parses a hash.
    /// - Parameter text: Eight bytes of salt and the digest, in hexadecimal.
    init?(_ text: Substring) {
        guard let bytes = text.hexadecimal, bytes.count == 8 + DigestAlgorithm.sha256.size else { return nil }
        salt = Array(bytes.prefix(8))
        digest = Array(bytes.dropFirst(8))
    }

    var cost: HashingCost { HashingCost(steps: Self.rounds, nanosecondsEach: 600) }

    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        var state = salt + password
        for _ in 0..<Self.rounds { state = try DigestAlgorithm.sha256.digest(of: state) }
        return equalInConstantTime(state, digest)
    }
}
