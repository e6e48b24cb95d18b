internal import CPostgreSQL

/// Checks of a connection string by libpq, without connecting.
package enum ConnectionString {
    /// Returns whether libpq can read `text`. The reason is not returned: libpq's message repeats the string, password
    /// included.
    package static func isReadable(_ text: String) -> Bool {
        var reason: UnsafeMutablePointer<CChar>?
        let options = unsafe PQconninfoParse(text, &reason)
        // Both are owned by the caller, and freeing NULL does nothing.
        defer {
            unsafe PQconninfoFree(options)
            unsafe PQfreemem(reason)
        }
        return unsafe options != nil
    }

    /// Returns the name of a parameter whose value libpq refuses before it connects, such as an unknown `sslmode`. Returns
    /// nil if there is none, or if `text` is not readable.
    package static func refusedParameter(_ text: String) -> String? {
        guard let options = unsafe PQconninfoParse(text, nil) else { return nil }
        defer { unsafe PQconninfoFree(options) }
        // The servers are replaced by a socket that does not exist: libpq checks the values first, and uses no network.
        let nowhere = "/nowhere-to-connect-to"
        var (keywords, values) = (["host"], [nowhere])
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            defer { unsafe option += 1 }
            let name = unsafe String(cString: keyword)
            guard let value = unsafe option.pointee.val, !["host", "hostaddr", "port"].contains(name) else { continue }
            keywords.append(name)
            unsafe values.append(String(cString: value))
        }
        let connection = unsafe CStringList.withPointers(keywords) { keywords in
            unsafe CStringList.withPointers(values) { values in
                unsafe PQconnectStartParams(keywords, values, 0)
            }
        }
        defer { unsafe PQfinish(connection) }
        guard unsafe PQstatus(connection) == CONNECTION_BAD else { return nil }
        let reason = unsafe LibpqMessage.line(PQerrorMessage(connection))
        guard !reason.contains(nowhere) else { return nil }
        let words = reason.split { !($0 == "_" || $0.isLetter) }
        return keywords.first { keyword in words.contains { $0 == keyword } }
    }
}
