/// What Spring Security's delegating encoder stores: the encoder's name in braces, then that encoder's text. `{noop}`,
/// the password itself, is none that is read, and neither are its other encoders.
extension PasswordHash {
    static func spring(_ text: Substring) -> PasswordHash? {
        let name = "{bcrypt}"
        guard text.hasPrefix(name) else { return nil }
        return PasswordHash(.springBcrypt, CryptHash(bcrypt: text.dropFirst(name.count)))
    }
}
