internal import CPostgreSQL

/// What libpq makes of a connection string, without connecting.
package enum ConnectionString {
    /// Whether libpq can read `text`. Why not is not told: libpq's words for that repeat the string, password included.
    package static func isReadable(_ text: String) -> Bool {
        var reason: UnsafeMutablePointer<CChar>?
        let options = unsafe PQconninfoParse(text, &reason)
        // Both are ours to free, and freeing NULL does nothing.
        defer {
            unsafe PQconninfoFree(options)
            unsafe PQfreemem(reason)
        }
        return unsafe options != nil
    }
}
