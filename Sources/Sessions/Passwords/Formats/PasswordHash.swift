internal import EventLoop

/// A stored password hash in one of the formats of ``PasswordFormat``.
///
/// Parsing computes no hash. The cost is known, and limited, before the first password is checked.
package struct PasswordHash: Sendable {
    /// The format of the hash.
    package let format: PasswordFormat
    private let preparation: PasswordPreparation
    private let verifier: any PasswordVerifier

    /// Parses a stored hash.
    /// - Parameters:
    ///   - stored: The text in the users table.
    ///   - pepper: The bytes that Devise appends to each password; used only for plain bcrypt hashes.
    /// - Throws: ``PasswordHashProblem`` if no password can be checked against the text.
    package init(_ stored: String, pepper: [UInt8] = []) throws(PasswordHashProblem) {
        guard !Self.isUnusable(stored) else { throw .unusable }
        let text = Substring(stored)
        // The longest usual hash has some 200 characters; only a very long salt needs more.
        guard stored.utf8.count <= 1024, stored.utf8.allSatisfy(\.isASCIIVisible),
            let hash = Self.crypt(text, pepper: pepper) ?? Self.argon2(text) ?? Self.django(text)
                ?? Self.werkzeug(text) ?? Self.passlib(text) ?? Self.wordpress(text) ?? Self.spring(text)
        else { throw .unknown }
        guard !hash.verifier.isTooCostly else { throw .tooCostly(hash.format) }
        self = hash
    }

    /// Creates a hash for the parsers of the formats. Returns nil without a verifier.
    init?(
        _ format: PasswordFormat, _ verifier: (some PasswordVerifier)?, preparation: PasswordPreparation = .asReceived
    ) {
        guard let verifier else { return nil }
        self.format = format
        self.preparation = preparation
        self.verifier = verifier
    }

    /// Returns whether the text disables sign-in: Django's `!…`, shadow(5)'s `!…`, `*…` and `x`, and the empty text.
    private static func isUnusable(_ stored: String) -> Bool {
        stored.isEmpty || stored == "x" || stored.hasPrefix("!") || stored.hasPrefix("*")
    }

    /// The cost of checking a short password.
    package var cost: HashingCost { verifier.cost }

    /// Returns the cost of checking a password of `length` bytes.
    func cost(ofPassword length: Int) -> HashingCost { verifier.cost(ofPassword: length) }

    /// A Boolean value that indicates whether the format is a legacy one, which an operator may refuse: those based on
    /// MD5 or SHA-1, and sha256-crypt, sha512-crypt and Spring's SHA-256 of fewer than 100,000 rounds, which cost an
    /// attacker too little.
    package var isLegacy: Bool {
        switch format {
        case .phpass, .djangoPBKDF2SHA1, .werkzeugPBKDF2SHA1, .passlibPBKDF2SHA1, .springPBKDF2SHA1, .springSHA256: true
        case .sha256Crypt, .sha512Crypt: cost.time < HashingCost.sha2Crypt(rounds: 100_000).time
        case .argon2id, .argon2i, .bcrypt, .yescrypt, .gostYescrypt, .scryptCrypt, .djangoPBKDF2SHA256, .djangoArgon2,
            .djangoBcryptSHA256, .djangoBcrypt, .djangoScrypt, .werkzeugScrypt, .werkzeugPBKDF2SHA256,
            .werkzeugPBKDF2SHA512, .passlibPBKDF2SHA256, .passlibPBKDF2SHA512, .passlibBcryptSHA256, .passlibScrypt,
            .wordpressBcrypt, .springBcrypt, .springArgon2, .springScrypt, .springPBKDF2SHA256:
            false
        }
    }

    /// A Boolean value that indicates whether the hash is as strong as a new one, whatever the format around it. Others
    /// may be replaced at a login, if the operator enables it.
    package var isCurrent: Bool { (verifier as? Argon2Hash)?.isCurrent == true }

    /// Returns whether the hash depends on every byte of `password`, without truncation.
    func readsAll(of password: [UInt8]) throws(HashingFailure) -> Bool {
        guard preparation.keepsAll(of: password) else { return false }
        // A truncated pepper does not matter.
        if case .peppered = preparation { return verifier.readsAll(of: password) }
        return verifier.readsAll(of: try preparation.apply(to: password))
    }

    /// Returns whether `password` matches, as in the software that made the hash. Takes the time of the cost, so never
    /// on the loop.
    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        try verifier.matches(preparation.apply(to: password))
    }
}
