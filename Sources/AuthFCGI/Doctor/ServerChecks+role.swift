internal import Sessions

/// What the role of the gate may use, and how its connections begin.
extension ServerChecks {
    @Sendable
    static func settings(_ examination: Examination) -> [Finding] {
        look(examination) { facts in
            let keepsState = examination.openDatabase?.connection.keepsState ?? true
            let found = settings(facts.settings, keepsState: keepsState, role: facts.role)
            return found.isEmpty ? [.fine("none")] : found
        }
    }

    /// - Parameters:
    ///   - settings: The settings of a new connection, by name. Times are in milliseconds.
    ///   - keepsState: Whether the gate can replace them on its connections.
    ///   - role: The role as an SQL name.
    static func settings(_ settings: [String: String], keepsState: Bool, role: String) -> [Finding] {
        var findings: [Finding] = []
        if settings["default_transaction_read_only"] == "on" {
            findings.append(
                .error(
                    "default_transaction_read_only is on: logins, logouts and changes are answered 503",
                    "SET default_transaction_read_only = off; "
                        + "ALTER ROLE \(role) SET default_transaction_read_only = off, once the disk has room"))
        }
        if let part = settings["session_replication_role"], part != "origin" {
            findings.append(
                .error(
                    "session_replication_role is \(part): the foreign keys and triggers of other tables do not count",
                    "ALTER ROLE \(role) RESET session_replication_role"))
        }
        for name in settings.keys.sorted() where name.hasSuffix("_timeout") {
            guard let value = settings[name], let limit = Int(value), limit > 0 else { continue }
            let fact = "\(name) is \(limit) ms"
            findings.append(
                keepsState
                    ? .note("\(fact); the gate replaces it on its own connections")
                    : .warning(
                        "\(fact), which the gate cannot replace behind a pooler: what takes longer is answered 503",
                        "ALTER ROLE \(role) SET \(name) = 0"))
        }
        return findings
    }

    @Sendable
    static func connections(_ examination: Examination) -> [Finding] {
        look(examination) { facts in
            let budget = ConnectionBudget(
                each: SessionStore.Configuration.maxConnections(UsersQuery(examination.settings)),
                workers: examination.settings.workers, pods: examination.pods)
            return [budget.finding(facts)]
        }
    }
}
