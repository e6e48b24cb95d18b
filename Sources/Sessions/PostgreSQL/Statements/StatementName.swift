/// The names under which statements are prepared.
///
/// A name says which text it stands for, so that a connection which somebody else has prepared statements on, as poolers
/// hand them around, runs that text under it or none.
enum StatementName {
    /// - Parameter purpose: for those who read PostgreSQL's log.
    static func of(_ sql: String, purpose: String = "command") -> String {
        let digest = SHA256.digest(Array(sql.utf8).span)
        return "authfcgi_\(purpose)_\(digest.hex.prefix(16))"
    }
}
