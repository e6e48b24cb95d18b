/// WordPress's formats: `$wp$2y$…` since 6.8, and before that phpass's portable hash `$P$…`, which phpBB writes as
/// `$H$…`.
extension PasswordHash {
    static func wordpress(_ text: Substring) -> PasswordHash? {
        if text.hasPrefix("$wp$2y$") {
            return PasswordHash(
                .wordpressBcrypt, CryptHash(bcrypt: text.dropFirst("$wp".count)), preparation: .wordpress)
        }
        if text.hasPrefix("$P$") {
            return PasswordHash(.phpass, PHPassHash(text.dropFirst(3)), preparation: .trimmed)
        }
        if text.hasPrefix("$H$") { return PasswordHash(.phpass, PHPassHash(text.dropFirst(3))) }
        return nil
    }
}
