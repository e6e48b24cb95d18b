/// A stored password hash of one of the formats that software keeps: ``PasswordFormat``.
///
/// Reading one computes nothing. What it would cost is known, and bounded, before the first password is checked.
package struct PasswordHash: Sendable {
    package let format: PasswordFormat
    private let preparation: PasswordPreparation
    private let verifier: any PasswordVerifier

    /// - Parameters:
    ///   - stored: as it is in the users table.
    ///   - pepper: what Devise appends to each password; used for hashes that are bcrypt and nothing else.
    package init(_ stored: String, pepper: [UInt8] = []) throws(PasswordHashProblem) {
        guard !Self.isUnusable(stored) else { throw .unusable }
        let text = Substring(stored)
        // The longest hash that software makes has some 200 characters, unless somebody wanted a long salt.
        guard stored.utf8.count <= 1024, stored.utf8.allSatisfy({ 0x21...0x7e ~= $0 }),
            let hash = Self.crypt(text, pepper: pepper) ?? Self.argon2(text) ?? Self.django(text)
                ?? Self.werkzeug(text) ?? Self.passlib(text) ?? Self.wordpress(text) ?? Self.spring(text)
        else { throw .unknown }
        guard !hash.verifier.isTooCostly else { throw .tooCostly(hash.format) }
        self = hash
    }

    /// For the formats' own readers: nil when there is no verifier.
    init?(
        _ format: PasswordFormat, _ verifier: (some PasswordVerifier)?, preparation: PasswordPreparation = .asReceived
    ) {
        guard let verifier else { return nil }
        self.format = format
        self.preparation = preparation
        self.verifier = verifier
    }

    /// Whether nobody should be able to sign in by it: Django's `!…`, shadow(5)'s `!…`, `*…` and `x`, and nothing at
    /// all.
    private static func isUnusable(_ stored: String) -> Bool {
        stored.isEmpty || stored == "x" || stored.hasPrefix("!") || stored.hasPrefix("*")
    }

    /// What checking a short password takes.
    package var cost: HashingCost { verifier.cost }

    /// What checking a password of so many bytes takes.
    func cost(ofPassword length: Int) -> HashingCost { verifier.cost(ofPassword: length) }

    /// Whether an operator may want to refuse it: what stands on MD5 or SHA-1, and sha256-crypt, sha512-crypt and
    /// Spring's SHA-256 of fewer than 100,000 rounds, which is less work than a fast login page should ask of an
    /// attacker.
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

    /// Whether it is as good as a new hash of ours, whatever a product writes around it; others are worth replacing at
    /// a login, where that is wanted.
    package var isCurrent: Bool { (verifier as? Argon2Hash)?.isCurrent == true }

    /// Whether no other password than `password` is the same to it: nothing is cut off.
    func readsAll(of password: [UInt8]) throws(HashingFailure) -> Bool {
        guard preparation.keepsAll(of: password) else { return false }
        // What may be cut off of the pepper is no part of the password.
        if case .peppered = preparation { return verifier.readsAll(of: password) }
        return verifier.readsAll(of: try preparation.apply(to: password))
    }

    /// Whether `password` is the one, checked as the software that made the hash would. Takes what the cost says, so
    /// never on the loop.
    func matches(_ password: [UInt8]) throws(HashingFailure) -> Bool {
        try verifier.matches(preparation.apply(to: password))
    }
}
