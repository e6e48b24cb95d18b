/// Django's formats: the name of a hasher, `$`, and that hasher's own text.
extension PasswordHash {
    static func django(_ text: Substring) -> PasswordHash? {
        let parts = text.split(separator: "$", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return switch parts[0] {
        case "pbkdf2_sha256": PasswordHash(.djangoPBKDF2SHA256, djangoPBKDF2(parts[1], .sha256))
        case "pbkdf2_sha1": PasswordHash(.djangoPBKDF2SHA1, djangoPBKDF2(parts[1], .sha1))
        // argon2's own text begins with a `$` that Django leaves out.
        case "argon2": PasswordHash(.djangoArgon2, Argon2Hash("$" + parts[1]))
        case "bcrypt_sha256":
            PasswordHash(.djangoBcryptSHA256, CryptHash(bcrypt: parts[1]), preparation: .hexadecimalSHA256)
        case "bcrypt": PasswordHash(.djangoBcrypt, CryptHash(bcrypt: parts[1]))
        case "scrypt": PasswordHash(.djangoScrypt, djangoScrypt(parts[1]))
        default: nil
        }
    }

    /// Parses `iterations$salt$base64`. The salt is used as written.
    private static func djangoPBKDF2(_ text: Substring, _ digest: DigestAlgorithm) -> PBKDF2Hash? {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false)
        guard fields.count == 3, !fields[1].isEmpty else { return nil }
        return PBKDF2Hash(
            digest, iterations: fields[0].decimal, salt: Array(fields[1].utf8), key: fields[2].paddedBase64)
    }

    /// Parses `N$salt$r$p$base64`.
    private static func djangoScrypt(_ text: Substring) -> ScryptHash? {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false)
        guard fields.count == 5, !fields[1].isEmpty else { return nil }
        return ScryptHash(
            blocks: fields[0].decimal.map(UInt64.init), blockSize: fields[2].decimal, lanes: fields[3].decimal,
            salt: Array(fields[1].utf8), key: fields[4].paddedBase64, keyLength: 64)
    }
}
