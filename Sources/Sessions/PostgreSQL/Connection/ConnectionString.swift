internal import CPostgreSQL

/// Checks of a connection string by libpq, without connecting.
package enum ConnectionString {
    /// Returns the parameters that a connection string sets, by name; nil if libpq cannot read it. The reason is not
    /// returned: libpq's message repeats the string, password included.
    static func values(_ text: String) -> [String: String]? {
        let options = unsafe PQconninfoParse(text, nil)
        // Owned by the caller, and freeing NULL does nothing.
        defer { unsafe PQconninfoFree(options) }
        return unsafe options.map { unsafe values(of: $0) }
    }

    /// Returns the parameters of one of libpq's lists, by name, as far as they have values.
    static func values(of options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var values: [String: String] = [:]
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe values[String(cString: keyword)] = String(cString: value)
            }
            unsafe option += 1
        }
        return values
    }

    /// The names of all parameters that this libpq knows.
    package static let parameters: [String] = {
        let options = unsafe PQconndefaults()
        defer { unsafe PQconninfoFree(options) }
        guard var option = unsafe options else { return [] }
        var names: [String] = []
        while let keyword = unsafe option.pointee.keyword {
            unsafe names.append(String(cString: keyword))
            unsafe option += 1
        }
        return names
    }()

    /// Returns the name of a parameter whose value libpq refuses before it connects, such as an unknown `sslmode`. Returns
    /// nil if there is none, or if `text` is not readable.
    static func refusedParameter(_ text: String) -> String? {
        guard let given = values(text) else { return nil }
        // The servers are replaced by a socket that does not exist: libpq checks the values first, and uses no network. It
        // would write what is wrong with a file of passwords to standard error.
        let nowhere = "/nowhere-to-connect-to"
        let others = given.filter { !["host", "hostaddr", "port", "passfile"].contains($0.key) }.sorted {
            $0.key < $1.key
        }
        let connection = unsafe CStringList.withPointers(["host", "passfile"] + others.map(\.key)) { keywords in
            unsafe CStringList.withPointers([nowhere, PasswordFile.none] + others.map(\.value)) { values in
                unsafe PQconnectStartParams(keywords, values, 0)
            }
        }
        defer { unsafe PQfinish(connection) }
        guard unsafe PQstatus(connection) == CONNECTION_BAD else { return nil }
        let reason = unsafe LibpqMessage.line(PQerrorMessage(connection))
        guard !reason.contains(nowhere) else { return nil }
        let words = reason.split { !($0 == "_" || $0.isLetter) }
        return others.map(\.key).first { keyword in words.contains { $0 == keyword } }
    }
}
