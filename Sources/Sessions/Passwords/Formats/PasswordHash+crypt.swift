/// The formats of crypt(5) and PHC, as stored by PHP, Rails, Laravel, pgcrypto and `/etc/shadow`.
extension PasswordHash {
    static func crypt(_ text: Substring, pepper: [UInt8]) -> PasswordHash? {
        switch text.dropFirst().prefix(while: { $0 != "$" }) {
        case "2a", "2b", "2y":
            PasswordHash(
                .bcrypt, CryptHash(bcrypt: text), preparation: pepper.isEmpty ? .asReceived : .peppered(pepper))
        case "y": PasswordHash(.yescrypt, CryptHash(yescrypt: text))
        case "gy": PasswordHash(.gostYescrypt, CryptHash(yescrypt: text))
        case "7": PasswordHash(.scryptCrypt, CryptHash(scrypt: text))
        case "6": PasswordHash(.sha512Crypt, CryptHash(sha2: text, identifier: "6", checksum: 86))
        case "5": PasswordHash(.sha256Crypt, CryptHash(sha2: text, identifier: "5", checksum: 43))
        default: nil
        }
    }

    static func argon2(_ text: Substring) -> PasswordHash? {
        guard let hash = Argon2Hash(text) else { return nil }
        return switch hash.variant {
        case .argon2i: PasswordHash(.argon2i, hash)
        case .argon2id: PasswordHash(.argon2id, hash)
        }
    }
}
