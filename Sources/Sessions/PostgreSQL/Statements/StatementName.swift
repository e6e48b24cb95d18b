/// The names of prepared statements.
///
/// A name contains a hash of the statement's text. On a connection with statements prepared by another client, which a
/// pooler may hand out, a name therefore stands for that text or for none.
enum StatementName {
    /// Returns the name for a text.
    /// - Parameters:
    ///   - sql: The statement's text.
    ///   - purpose: The readable part of the name, for PostgreSQL's log: lowercase words or the name of a
    ///     ``Statement``.
    static func of(_ sql: String, purpose: String) -> String {
        let digest = SHA256.digest(Array(sql.utf8).span)
        return "authfcgi_\(snakeCase(purpose))_\(digest.hex.prefix(16))"
    }

    /// Returns a name in snake case: `create_session` for `CreateSession`.
    private static func snakeCase(_ name: String) -> String {
        var result = ""
        var last: Character = "_"
        for character in name {
            if character.isUppercase, last.isLowercase { result += "_" }
            result += character.lowercased()
            last = character
        }
        return result
    }
}
