internal import Sessions

/// The accepted forms of DATABASE_URL.
enum DatabaseURL {
    /// The advice in messages about a value that is not accepted.
    static let form =
        "write postgresql://user@host/database, with special characters percent-encoded, or pairs such as host=/run/postgresql dbname=app"

    /// Returns `text` in the form that libpq takes; nil if it is neither a PostgreSQL URL nor a list of key=value pairs.
    ///
    /// `postgres://` and the spellings that name a driver, such as SQLAlchemy's `postgresql+asyncpg://`, become
    /// `postgresql://`.
    static func normalised(_ text: String) -> String? {
        guard let end = text.firstRange(of: "://"), !text[..<end.lowerBound].contains("=") else {
            return isKeyValue(text) ? text : nil
        }
        let scheme = text[..<end.lowerBound].lowercased().split(separator: "+", omittingEmptySubsequences: false)
        guard scheme.count <= 2, scheme.allSatisfy({ !$0.isEmpty }) else { return nil }
        guard let name = scheme.first, name == "postgresql" || name == "postgres" else { return nil }
        return "postgresql://" + text[end.upperBound...]
    }

    /// Returns the problem with a normalised `text`, as a predicate without a value; nil if libpq accepts all of it.
    static func problem(_ text: String) -> String? {
        switch ConnectionString.problem(text) {
        case nil: nil
        case .unreadable?: unknownParameter(text) ?? "is not a PostgreSQL connection string; \(form)"
        case .refusedValue(let parameter)?:
            "has a value of \(parameter) that libpq does not accept; \(advice(on: parameter))"
        case let problem?: "\(problem)"
        }
    }

    private static func advice(on parameter: String) -> String {
        switch parameter {
        case "sslmode": "write sslmode=verify-full, require, prefer or disable"
        case "target_session_attrs": "remove it, or write target_session_attrs=primary or read-write"
        default: "see \"Parameter Key Words\" in PostgreSQL's manual"
        }
    }

    /// Returns the problem that a parameter is unknown, or nil if there is none. A word that resembles no parameter may be part
    /// of a password, and is not shown.
    private static func unknownParameter(_ text: String) -> String? {
        let isURL = text.hasPrefix("postgresql://")
        var isUnknown = false
        for name in ConnectionString.unknownParameters(text) {
            let near = ConnectionString.parameters.map {
                (name: $0, distance: EditDistance.between(name.lowercased(), $0))
            }
            .min { $0.distance < $1.distance }.flatMap { $0.distance <= 2 ? $0.name : nil }
            if let near { return "has the parameter \(name), which libpq does not know; did you mean \(near)?" }
            if isURL { isUnknown = true }
        }
        return isUnknown
            ? "has a parameter that libpq does not know; remove it, or percent-encode & as %26 if it is part of a password"
            : nil
    }

    /// Returns true if `text` begins like `key = value`.
    private static func isKeyValue(_ text: String) -> Bool {
        let rest = text.drop { $0 == " " }
        let key = rest.prefix { $0 == "_" || ("a"..."z").contains($0) }
        return !key.isEmpty && rest.dropFirst(key.count).drop { $0 == " " }.first == "="
    }
}
