/// passlib's own formats. Its bcrypt, argon2, sha256-crypt, sha512-crypt and Django hashes have the usual ones.
extension PasswordHash {
    static func passlib(_ text: Substring) -> PasswordHash? {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false)
        guard fields.count == 5, fields[0].isEmpty else { return nil }
        return switch fields[1] {
        case "pbkdf2-sha256": PasswordHash(.passlibPBKDF2SHA256, passlibPBKDF2(fields, .sha256))
        case "pbkdf2-sha512": PasswordHash(.passlibPBKDF2SHA512, passlibPBKDF2(fields, .sha512))
        case "pbkdf2": PasswordHash(.passlibPBKDF2SHA1, passlibPBKDF2(fields, .sha1))
        case "bcrypt-sha256": passlibBcrypt(fields)
        case "scrypt": PasswordHash(.passlibScrypt, passlibScrypt(fields))
        default: nil
        }
    }

    /// Parses `$pbkdf2-sha256$iterations$salt$key`.
    private static func passlibPBKDF2(_ fields: [Substring], _ digest: DigestAlgorithm) -> PBKDF2Hash? {
        PBKDF2Hash(
            digest, iterations: fields[2].decimal, salt: fields[3].adaptedBase64, key: fields[4].adaptedBase64)
    }

    /// Parses `$bcrypt-sha256$v=2,t=2b,r=12$salt$checksum` or, in version 1, `$bcrypt-sha256$2b,12$salt$checksum`.
    private static func passlibBcrypt(_ fields: [Substring]) -> PasswordHash? {
        let parameters = fields[2].split(separator: ",", omittingEmptySubsequences: false)
        let (kind, rounds, preparation): (Substring, UInt32?, PasswordPreparation)
        if parameters.count == 3, parameters[0] == "v=2", parameters[1] == "t=2b" {
            (kind, rounds) = ("2b", parameters[2].number(named: "r="))
            preparation = .base64HMAC(salt: Array(fields[3].utf8))
        } else if parameters.count == 2, parameters[0] == "2a" || parameters[0] == "2b" {
            (kind, rounds, preparation) = (parameters[0], parameters[1].decimal, .base64SHA256)
        } else {
            return nil
        }
        guard let rounds, fields[3].utf8.count == 22 else { return nil }
        let padding = rounds < 10 ? "0" : ""
        let bcrypt = "$\(kind)$\(padding)\(rounds)$\(fields[3])\(fields[4])"
        return PasswordHash(.passlibBcryptSHA256, CryptHash(bcrypt: Substring(bcrypt)), preparation: preparation)
    }

    /// Parses `$scrypt$ln=16,r=8,p=1$salt$key`, where `ln` is N's logarithm.
    private static func passlibScrypt(_ fields: [Substring]) -> ScryptHash? {
        let parameters = fields[2].split(separator: ",", omittingEmptySubsequences: false)
        guard parameters.count == 3, let logarithm = parameters[0].number(named: "ln="), logarithm < 64 else {
            return nil
        }
        return ScryptHash(
            blocks: 1 << UInt64(logarithm), blockSize: parameters[1].number(named: "r="),
            lanes: parameters[2].number(named: "p="), salt: fields[3].base64, key: fields[4].base64, keyLength: 32)
    }
}
