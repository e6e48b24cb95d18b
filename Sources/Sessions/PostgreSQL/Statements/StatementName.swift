/// The names under which statements are prepared.
///
/// A name says which text it stands for, so that a connection which somebody else has prepared statements on, as poolers
/// hand them around, runs that text under it or none.
enum StatementName {
    /// - Parameter purpose: what PostgreSQL's log shows of it: words in small letters, or the name of a ``Statement``'s type.
    static func of(_ sql: String, purpose: String) -> String {
        let digest = SHA256.digest(Array(sql.utf8).span)
        return "authfcgi_\(snakeCase(purpose))_\(digest.hex.prefix(16))"
    }

    /// `CreateSession` as `create_session`.
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
