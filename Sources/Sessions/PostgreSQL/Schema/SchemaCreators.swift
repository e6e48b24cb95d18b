/// The roles that may create objects in a schema although they cannot act as the gate: others than superusers, the
/// schema's owner, the database's owner, the owner of the gate's tables, and their members.
///
/// What they create there runs with the rights of whoever uses it by its name: an application's call of
/// `get_user_from_token('…')`, for example, whose parameters fit a function of theirs better.
struct SchemaCreators: Equatable, Sendable {
    /// The schema's name, without quotation marks.
    let schema: String
    /// The roles that have the right to create, as SQL names; `PUBLIC` for every role.
    let roles: [String]
    /// The schema's owner as an SQL name, if that role is one of the others: a schema with the name of the gate's role, which
    /// the search path `"$user"` finds, may have been created by anybody who may create schemas. Nil otherwise.
    let owner: String?
    /// A Boolean value that indicates whether the gate's role may create objects in the schema only as one of `roles`.
    let includesGate: Bool
    /// The gate's role as an SQL name.
    let gate: String

    /// A Boolean value that indicates whether every role may create objects.
    var includesEverybody: Bool { roles.contains("PUBLIC") }

    /// The roles and what they may do, as the beginning of a sentence.
    var fact: String {
        if let owner { return "the schema \(name) belongs to another role (\(owner)), which may create objects in it" }
        return "others (\(roles.joined(separator: ", "))) may create objects in the schema \(name)"
    }

    /// The SQL statements that put an end to it.
    var remedy: String {
        var statements: [String] = []
        if owner != nil { statements.append("ALTER SCHEMA \(name) OWNER TO \(gate)") }
        if !roles.isEmpty {
            statements.append("REVOKE CREATE ON SCHEMA \(name) FROM \(roles.joined(separator: ", "))")
        }
        if includesGate, owner == nil { statements.append("GRANT CREATE ON SCHEMA \(name) TO \(gate)") }
        return statements.joined(separator: "; ")
    }

    private var name: String { Schema.identifier(schema) }
}
