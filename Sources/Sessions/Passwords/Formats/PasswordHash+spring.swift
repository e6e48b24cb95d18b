/// The formats of Spring Security's delegating encoder: the encoder's name in braces, then that encoder's text.
/// Parameters that the text omits are those of `PasswordEncoderFactories`, with no secret.
///
/// `{noop}`, the password itself, is not supported, and neither are single digests: `{MD4}`, `{MD5}`, `{SHA-1}`,
/// `{SHA-256}`, `{ldap}`.
extension PasswordHash {
    static func spring(_ text: Substring) -> PasswordHash? {
        guard text.hasPrefix("{"), let brace = text.firstIndex(of: "}") else { return nil }
        let hash = text[brace...].dropFirst()
        return switch text[...brace] {
        case "{bcrypt}": PasswordHash(.springBcrypt, CryptHash(bcrypt: hash))
        case "{argon2}", "{argon2@SpringSecurity_v5_8}": PasswordHash(.springArgon2, Argon2Hash(hash))
        case "{scrypt}", "{scrypt@SpringSecurity_v5_8}": PasswordHash(.springScrypt, springScrypt(hash))
        case "{pbkdf2}": PasswordHash(.springPBKDF2SHA1, springPBKDF2(hash, .sha1, iterations: 185_000, saltLength: 8))
        case "{pbkdf2@SpringSecurity_v5_8}":
            PasswordHash(.springPBKDF2SHA256, springPBKDF2(hash, .sha256, iterations: 310_000, saltLength: 16))
        case "{sha256}": PasswordHash(.springSHA256, SpringStandardHash(hash))
        default: nil
        }
    }

    /// Parses `$e0801$salt$key`: in hexadecimal N's logarithm, and two digits each for r and p.
    private static func springScrypt(_ text: Substring) -> ScryptHash? {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false)
        guard fields.count == 4, fields[0].isEmpty, let parameters = UInt32(fields[1], radix: 16),
            String(parameters, radix: 16) == fields[1], parameters >> 16 < 64
        else { return nil }
        return ScryptHash(
            blocks: 1 << UInt64(parameters >> 16), blockSize: parameters >> 8 & 0xff, lanes: parameters & 0xff,
            salt: fields[2].paddedBase64, key: fields[3].paddedBase64, keyLength: 32)
    }

    /// Parses salt and key in hexadecimal. The key has 256 bits for every digest.
    private static func springPBKDF2(
        _ text: Substring, _ digest: DigestAlgorithm, iterations: UInt32, saltLength: Int
    ) -> PBKDF2Hash? {
        guard let bytes = text.hexadecimal, bytes.count > saltLength else { return nil }
        return PBKDF2Hash(
            digest, iterations: iterations, salt: Array(bytes.prefix(saltLength)),
            key: Array(bytes.dropFirst(saltLength)), keyLength: 32)
    }
}
