/// Something in the gate's schema that is not as the migrations have left it.
package struct SchemaFault: Equatable, Sendable {
    /// The kinds, in the order in which they are mended.
    enum Kind: String, Sendable {
        /// The role of applications does not exist. The gate works without it.
        case applicationsRole
        /// Every role may execute functions.
        case functionOfEverybody
        /// Every role may use tables.
        case tableOfEverybody
        /// Objects belong to another role than the table of steps.
        case owner
        /// Functions run with other rights, or in another search path.
        case function
        /// Row security hides rows of tables from a role of a gate, or from the owner of the functions.
        case rowSecurity
        /// Triggers are disabled, or do not run under `session_replication_role = replica`.
        case trigger
        /// Applications may not call the functions for them.
        case applications
        /// Rules do something else instead of a change of a table.
        case rule
        /// Tables lack primary keys or other unique constraints.
        case key
        /// Objects or columns do not exist.
        case missing
        /// A crash of PostgreSQL empties tables, so that ended sessions come back, or all sessions end.
        case unlogged
        /// Tables with keys are in replicas, base backups and archives.
        case logged
        /// Columns may be NULL: a comparison that ends a session could be neither true nor false.
        case nullable
        /// Columns have another type, or nothing that fills them, or constraints of values are gone or not valid. The objects say
        /// which.
        case definition
        /// Indexes are gone or invalid. The gate works, and slowly.
        case index
        /// Tables that must have one row have none.
        case rows
        /// The gate's role, which does not own the tables, lacks rights.
        case gate
        /// Roles have rights with which they can do what only a gate or the owner may. Maybe it was intended.
        case rightsOfOthers
        /// The gate's role can do what the owner of the tables can, and is not the owner. Maybe it was intended.
        case powerOfGate
    }

    let kind: Kind
    /// The names of the objects or of the rights.
    let objects: [String]
    /// The SQL statements that mend it, each for one object; empty if only a restore or another role can.
    let remedies: [String]
    /// The owner of the tables and the role of the connection, as SQL names, and whether it can act as the owner.
    let owner: String
    let role: String
    let isOwner: Bool

    /// A Boolean value that indicates whether any role of the database can do what only the gate may.
    var isOpen: Bool {
        switch kind {
        case .functionOfEverybody, .tableOfEverybody: true
        case .applicationsRole, .owner, .function, .rowSecurity, .trigger, .applications, .rule, .key, .missing,
            .unlogged, .logged, .nullable, .definition, .index, .rows, .gate, .rightsOfOthers, .powerOfGate:
            false
        }
    }

    /// A Boolean value that indicates whether the program does not start with it.
    package var preventsStart: Bool { isOpen || [.rowSecurity, .rows, .gate].contains(kind) }

    /// A Boolean value that indicates whether somebody with the right to do so may have wanted it, or the gate works with it.
    package var isWarning: Bool { [.rightsOfOthers, .powerOfGate, .index].contains(kind) }

    /// A Boolean value that indicates whether `authfcgi migrate` runs the remedies. What another role has put there is not
    /// taken over: an administrator has to look at it. The same for a key or a column, which may have duplicates or NULLs by
    /// now, and for whatever rewrites a table or reads all of it while others wait. What was granted to a role stays.
    var isPutRight: Bool {
        switch kind {
        case .applicationsRole, .functionOfEverybody, .tableOfEverybody, .function, .rowSecurity, .trigger,
            .applications, .rows:
            true
        case .owner, .rule, .key, .missing, .unlogged, .logged, .nullable, .definition, .index, .gate,
            .rightsOfOthers, .powerOfGate:
            false
        }
    }

    /// A Boolean value that indicates whether it is a fault of the connection's role: another one may have none.
    var isOfRole: Bool { kind == .gate || kind == .powerOfGate }

    /// The fault and what to do about it.
    package var text: String { "\(fact): \(advice)" }

    /// The fault.
    package var fact: String {
        switch kind {
        case .applicationsRole: "the role \(SchemaObjects.applicationsRole) does not exist"
        case .functionOfEverybody: "everybody may execute \(counted("function"))"
        case .tableOfEverybody: "everybody has rights on \(counted("table"))"
        case .owner:
            "\(counted("object")) of the gate \(objects.count == 1 ? "belongs" : "belong") to another role than \(owner)"
        case .function:
            "\(counted("function")) \(objects.count == 1 ? "runs" : "run") with other rights or another search path than intended"
        case .rowSecurity: "row level security hides rows of \(counted("table")) from the gate"
        case .trigger:
            "\(counted("trigger")) \(objects.count == 1 ? "does" : "do") not always run, and so not every revocation takes effect in time"
        case .applications: "members of \(SchemaObjects.applicationsRole) lack \(counted("right"))"
        case .rule:
            "\(counted("rule")) \(objects.count == 1 ? "does" : "do") something else instead of changes of the gate's tables"
        case .key: "the tables lack \(counted("constraint"))"
        case .missing: "the tables are incomplete, without \(list)"
        case .unlogged:
            "\(counted("table")) \(areOrIs) UNLOGGED: a crash of PostgreSQL empties such a table, which brings ended sessions back or ends all"
        case .logged:
            "\(counted("table")) \(areOrIs) not UNLOGGED: replicas, base backups and archives have the keys that seal sessions in Redis"
        case .nullable: "\(counted("column")) may be NULL, which comparisons of the gate do not expect"
        case .definition: "the tables are not as the migrations have left them: \(list)"
        case .index:
            "the tables lack \(objects.count == 1 ? "the index \(list)" : "\(objects.count) indexes (\(list))"): the gate works, and slowly"
        case .rows: "\(counted("table")) \(objects.count == 1 ? "has lost its row" : "have lost their rows")"
        case .gate: "the role \(role) lacks \(counted("right"))"
        case .rightsOfOthers:
            "roles have rights with which they can read the gate's secrets, make or keep sessions, lift limits or run code as the gate (\(list))"
        case .powerOfGate:
            "the role \(role) \(list): whoever takes over a gate can read all secrets, make sessions and change the gate's functions"
        }
    }

    /// What to do about it.
    package var advice: String {
        switch kind {
        case .applicationsRole, .functionOfEverybody, .tableOfEverybody, .function, .rowSecurity, .trigger,
            .applications, .key, .rows:
            isOwner ? "run authfcgi migrate" : "run authfcgi migrate as the role \(owner)"
        case .missing:
            "restore a complete dump; if no session and no user is to be kept, make the tables anew in an empty schema"
        // It may be a role that the owner is no member of.
        case .owner: "an administrator runs, in this database: \(statements)"
        case .definition:
            "compare them with new tables (authfcgi migrate in an empty database, pg_dump --schema-only), and correct them"
        case .rule, .unlogged, .logged, .nullable, .index:
            "\(precaution)the role \(owner) runs, in this database: \(statements)"
        case .gate: "the role \(owner) runs authfcgi migrate --grant-to \(shellWord(role))"
        case .rightsOfOthers:
            "unless it is intended, the role \(owner) runs, in this database: \(statements)"
        case .powerOfGate:
            "unless it is intended, name another role in DATABASE_URL, to which the role \(owner) grants its rights with authfcgi migrate --grant-to"
        }
    }

    /// The advice if the remedies were tried in vain: what another role runs.
    var remedyOfAdministrator: String {
        remedies.isEmpty ? advice : "\(precaution)an administrator runs, in this database: \(statements)"
    }

    private var statements: String { remedies.joined(separator: "; ") }

    /// What has to be done or known before the remedies are run, as the beginning of a sentence.
    private var precaution: String {
        switch kind {
        case .unlogged, .logged:
            "when nobody needs \(objects.count == 1 ? "the table, which is" : "the tables, which are") locked and rewritten, "
        case .nullable:
            "after rows that are NULL there were deleted or given a value (otherwise \(objects.count == 1 ? "the statement fails" : "each statement fails")), "
        case .applicationsRole, .functionOfEverybody, .tableOfEverybody, .owner, .function, .rowSecurity, .trigger,
            .applications, .rule, .key, .missing, .definition, .index, .rows, .gate, .rightsOfOthers, .powerOfGate:
            ""
        }
    }

    private var areOrIs: String { objects.count == 1 ? "is" : "are" }

    private func counted(_ noun: String) -> String {
        objects.count == 1 ? "the \(noun) \(list)" : "\(objects.count) \(noun)s (\(list))"
    }

    /// The objects; only the first ones if there are many.
    private var list: String {
        let shown = objects.prefix(4).joined(separator: ", ")
        return objects.count > 4 ? "\(shown), …" : shown
    }

    /// An SQL name as a word on the command line.
    private func shellWord(_ name: String) -> String {
        guard name.hasPrefix("\"") else { return name }
        let unquoted = String(name.dropFirst().dropLast()).replacing("\"\"", with: "\"")
        return "'" + unquoted.replacing("'", with: "'\\''") + "'"
    }
}
