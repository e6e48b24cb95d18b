internal import Sessions

/// The accepted forms of DATABASE_URL.
enum DatabaseURL {
    /// The advice in messages about a value that is not accepted.
    static let form =
        "write postgresql://user@host/database, with special characters percent-encoded, or pairs such as host=/run/postgresql dbname=app"

    /// Returns `text` in the form that libpq takes; nil if it is neither a PostgreSQL URL nor a list of key=value pairs
    /// that libpq can read.
    ///
    /// `postgres://` and the spellings that name a driver, such as SQLAlchemy's `postgresql+asyncpg://`, become
    /// `postgresql://`.
    static func normalised(_ text: String) -> String? {
        spelled(text).flatMap { ConnectionString.isReadable($0) ? $0 : nil }
    }

    /// Returns the problem with a parameter of a normalised `text`, as a predicate without the value; nil if libpq
    /// accepts all parameters.
    static func problem(_ text: String) -> String? {
        guard let parameter = ConnectionString.refusedParameter(text) else { return nil }
        let advice =
            switch parameter {
            case "sslmode": "write sslmode=verify-full, require, prefer or disable"
            case "target_session_attrs": "remove it, or write target_session_attrs=primary or read-write"
            default: "see \"Parameter Key Words\" in PostgreSQL's manual"
            }
        return "has a value of \(parameter) that libpq does not accept; \(advice)"
    }

    private static func spelled(_ text: String) -> String? {
        guard let end = text.firstRange(of: "://"), !text[..<end.lowerBound].contains("=") else {
            return isKeyValue(text) ? text : nil
        }
        let scheme = text[..<end.lowerBound].lowercased().split(separator: "+", omittingEmptySubsequences: false)
        guard scheme.count <= 2, scheme.allSatisfy({ !$0.isEmpty }) else { return nil }
        guard let name = scheme.first, name == "postgresql" || name == "postgres" else { return nil }
        return "postgresql://" + text[end.upperBound...]
    }

    /// Returns true if `text` begins like `key = value`.
    private static func isKeyValue(_ text: String) -> Bool {
        let rest = text.drop { $0 == " " }
        let key = rest.prefix { $0 == "_" || ("a"..."z").contains($0) }
        return !key.isEmpty && rest.dropFirst(key.count).drop { $0 == " " }.first == "="
    }
}
