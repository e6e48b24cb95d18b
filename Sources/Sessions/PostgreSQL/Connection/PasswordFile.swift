internal import Glibc

/// The file of passwords that libpq reads if a connection string has none (PostgreSQL manual, "The Password File").
enum PasswordFile {
    /// A path that names no file, by which libpq reads none.
    static let none = "/dev/null/none"

    /// Returns the reason why libpq would ignore the file, which it writes to standard error at each connection; nil if it
    /// reads the file, or does not look for one.
    /// - Parameter values: The parameters of the connection string.
    static func fault(_ values: [String: String]) -> String? {
        guard isEmpty(values["password"]), isEmpty(variable("PGPASSWORD")), let path = path(values) else { return nil }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return "the password file \(path) is ignored: it is not a plain file"
        }
        guard status.st_mode & (S_IRWXG | S_IRWXO) == 0 else {
            return "the password file \(path) is ignored: others may read it; run chmod 600 on it"
        }
        return nil
    }

    private static func path(_ values: [String: String]) -> String? {
        if let path = values["passfile"] ?? variable("PGPASSFILE"), !path.isEmpty { return path }
        return variable("HOME").map { "\($0)/.pgpass" }
    }

    private static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    private static func isEmpty(_ text: String?) -> Bool { text?.isEmpty ?? true }
}
