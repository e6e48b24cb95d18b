/// What Spring Security's `StandardPasswordEncoder` stored before there was a choice: SHA-256 of salt and password, and
/// of that again.
struct SpringStandardHash: PasswordVerifier {
    private let salt: [UInt8]
    private let digest: [UInt8]

    private static let rounds = 1024

    /// - Parameter text: eight bytes of salt and the digest, in hexadecimal digits.
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
