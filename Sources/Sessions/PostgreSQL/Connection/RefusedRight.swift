/// The right that PostgreSQL's message for SQLSTATE 42501 says is missing, as far as it does: the server writes the message
/// in its own language, and names no schema.
struct RefusedRight {
    /// The kind of the object in the message, such as `table`, and its name; nil if the message has another form.
    private let object: (kind: String, name: String)?
    private let requiresOwner: Bool

    private static let kinds = [
        "table", "view", "materialized view", "foreign table", "sequence", "schema", "function", "database",
    ]

    /// - Parameter message: The server's message.
    init(message: String) {
        requiresOwner = message.hasPrefix("must be owner of ")
        let kind = Self.kinds.first { message.hasPrefix("permission denied for \($0) ") }
        object = kind.map { kind in
            (kind, String(message.dropFirst("permission denied for \(kind) ".count).prefix { $0 != ";" }))
        }
    }

    /// Advice for the operator, as the end of a sentence.
    var advice: String {
        if requiresOwner { return "; run authfcgi migrate as the role that owns the tables" }
        guard let object else {
            return "; authfcgi config check says which right the role of the connection lacks"
        }
        switch object.kind {
        case _ where isOfOwner(object.name):
            return "; the role that owns the tables may do it alone: run it as that role"
        case _ where isOurs(object.name):
            return "; for tables that another role owns, that role runs: authfcgi migrate --grant-to ROLE"
        case "schema": return "; missing: GRANT USAGE ON SCHEMA \(object.name) TO ROLE, to make tables CREATE"
        case "function": return "; missing: GRANT EXECUTE ON FUNCTION \(object.name) TO ROLE"
        case "database": return "; missing: GRANT CONNECT ON DATABASE \(object.name) TO ROLE"
        case "sequence": return "; missing: GRANT USAGE ON SEQUENCE \(object.name) TO ROLE"
        default: return "; missing: GRANT SELECT ON \(object.name) TO ROLE, for a statement that writes UPDATE"
        }
    }

    /// Returns whether it is a function of ours that no role is granted.
    private func isOfOwner(_ name: String) -> Bool {
        SchemaObjects.functions.contains { $0.name == name && $0.callers.isEmpty }
    }

    private func isOurs(_ name: String) -> Bool {
        name == Migrations.table || SchemaObjects.relations.contains(name)
            || SchemaObjects.functions.contains { $0.name == name }
    }
}
