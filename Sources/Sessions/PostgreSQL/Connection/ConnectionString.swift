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

    /// The name of a parameter with a value that libpq refuses before it connects, such as an unknown `sslmode`; nil
    /// when it finds none, or `text` is not readable.
    package static func refusedParameter(_ text: String) -> String? {
        guard let options = unsafe PQconninfoParse(text, nil) else { return nil }
        defer { unsafe PQconninfoFree(options) }
        // In place of the servers one that is not there: values are looked at first, and nothing goes over a network.
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
        let connection = unsafe PostgreSQLConnection.withCStrings(keywords) { keywords in
            unsafe PostgreSQLConnection.withCStrings(values) { values in
                unsafe PQconnectStartParams(keywords, values, 0)
            }
        }
        defer { unsafe PQfinish(connection) }
        guard unsafe PQstatus(connection) == CONNECTION_BAD else { return nil }
        let reason = unsafe PostgreSQLConnection.line(PQerrorMessage(connection))
        guard !reason.contains(nowhere) else { return nil }
        let words = reason.split { !($0 == "_" || $0.isLetter) }
        return keywords.first { keyword in words.contains { $0 == keyword } }
    }
}
