internal import Sessions

/// The ways in which people write where a PostgreSQL database is.
enum DatabaseURL {
    /// What would be right.
    static let form =
        "write postgresql://user@host/database, with special characters percent-encoded, or pairs such as host=/run/postgresql dbname=app"

    /// `text` as libpq takes it, or nil when it is neither a PostgreSQL URL nor a list of key=value pairs that libpq
    /// can read.
    ///
    /// `postgres://` and the spellings that name a driver, such as SQLAlchemy's `postgresql+asyncpg://`, become
    /// `postgresql://`.
    static func normalised(_ text: String) -> String? {
        spelled(text).flatMap { ConnectionString.isReadable($0) ? $0 : nil }
    }

    /// What is wrong with a parameter of a normalised `text`, as a part of a sentence that tells no value; nil when
    /// libpq takes them all.
    static func problem(_ text: String) -> String? {
        guard let parameter = ConnectionString.refusedParameter(text) else { return nil }
        let advice =
            switch parameter {
            case "sslmode": "write sslmode=verify-full, require, prefer or disable"
            case "target_session_attrs": "leave it out, or write target_session_attrs=primary or read-write"
            default: "PostgreSQL's manual has them under \"Parameter Key Words\""
            }
        return "has a value of \(parameter) that libpq does not take; \(advice)"
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

    /// Whether `text` begins like `key = value`.
    private static func isKeyValue(_ text: String) -> Bool {
        let rest = text.drop { $0 == " " }
        let key = rest.prefix { $0 == "_" || ("a"..."z").contains($0) }
        return !key.isEmpty && rest.dropFirst(key.count).drop { $0 == " " }.first == "="
    }
}
