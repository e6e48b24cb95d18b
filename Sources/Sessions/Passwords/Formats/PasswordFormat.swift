/// The supported formats of stored passwords. The raw value is the name in logs.
package enum PasswordFormat: String, CaseIterable, Sendable {
    case argon2id
    case argon2i
    case bcrypt
    case yescrypt
    case gostYescrypt = "gost-yescrypt"
    case scryptCrypt = "scrypt ($7$)"
    case sha512Crypt = "sha512-crypt"
    case sha256Crypt = "sha256-crypt"
    case djangoPBKDF2SHA256 = "django pbkdf2_sha256"
    case djangoPBKDF2SHA1 = "django pbkdf2_sha1"
    case djangoArgon2 = "django argon2"
    case djangoBcryptSHA256 = "django bcrypt_sha256"
    case djangoBcrypt = "django bcrypt"
    case djangoScrypt = "django scrypt"
    case werkzeugScrypt = "werkzeug scrypt"
    case werkzeugPBKDF2SHA256 = "werkzeug pbkdf2 sha256"
    case werkzeugPBKDF2SHA512 = "werkzeug pbkdf2 sha512"
    case werkzeugPBKDF2SHA1 = "werkzeug pbkdf2 sha1"
    case passlibPBKDF2SHA256 = "passlib pbkdf2 sha256"
    case passlibPBKDF2SHA512 = "passlib pbkdf2 sha512"
    case passlibPBKDF2SHA1 = "passlib pbkdf2 sha1"
    case passlibBcryptSHA256 = "passlib bcrypt_sha256"
    case passlibScrypt = "passlib scrypt"
    case wordpressBcrypt = "wordpress bcrypt"
    case phpass
    case springBcrypt = "spring bcrypt"
    case springArgon2 = "spring argon2"
    case springScrypt = "spring scrypt"
    case springPBKDF2SHA256 = "spring pbkdf2 sha256"
    case springPBKDF2SHA1 = "spring pbkdf2 sha1"
    case springSHA256 = "spring sha256"
}
