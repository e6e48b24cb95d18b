/// The formats of Werkzeug, also used by Flask: `method:parameters$salt$hexadecimal`. The salt is used as written.
extension PasswordHash {
    static func werkzeug(_ text: Substring) -> PasswordHash? {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false)
        guard fields.count == 3, !fields[1].isEmpty else { return nil }
        let method = fields[0].split(separator: ":", omittingEmptySubsequences: false)
        let (salt, key) = (Array(fields[1].utf8), fields[2].hexadecimal)
        switch method.first {
        case "scrypt" where method.count == 4:
            return PasswordHash(
                .werkzeugScrypt,
                ScryptHash(
                    blocks: method[1].decimal.map(UInt64.init), blockSize: method[2].decimal, lanes: method[3].decimal,
                    salt: salt, key: key, keyLength: 64))
        case "pbkdf2" where method.count == 3:
            let known: (PasswordFormat, DigestAlgorithm)? =
                switch method[1] {
                case "sha256": (.werkzeugPBKDF2SHA256, .sha256)
                case "sha512": (.werkzeugPBKDF2SHA512, .sha512)
                case "sha1": (.werkzeugPBKDF2SHA1, .sha1)
                default: nil
                }
            guard let (format, digest) = known else { return nil }
            return PasswordHash(format, PBKDF2Hash(digest, iterations: method[2].decimal, salt: salt, key: key))
        default:
            return nil
        }
    }
}
