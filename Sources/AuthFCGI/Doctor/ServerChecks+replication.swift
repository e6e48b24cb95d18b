internal import Sessions

/// What a failover may lose, and what commits wait for.
extension ServerChecks {
    @Sendable
    static func replication(_ examination: Examination) -> [Finding] {
        look(examination) { facts in
            [replication(facts.settings, facts.standbys, role: facts.role)]
        }
    }

    /// - Parameters:
    ///   - settings: The server's settings by name.
    ///   - standbys: The servers that follow.
    ///   - role: The role as an SQL name.
    static func replication(
        _ settings: [String: String], _ standbys: ServerFacts.Standbys, role: String
    ) -> Finding {
        let commit = settings["synchronous_commit"] ?? "on"
        if commit == "off" {
            return .warning(
                "synchronous_commit is off: a crash of PostgreSQL revives sessions that had just ended", commitRemedy)
        }
        let names = settings["synchronous_standby_names"] ?? ""
        guard names.isEmpty else {
            guard commit == "local" else { return synchronous(standbys, needed: count(ofNames: names), role: role) }
            return .warning(
                "synchronous_commit is local: a failover may lose the last changes, and revive sessions that had ended",
                commitRemedy)
        }
        guard standbys.all > 0 else { return .fine("a primary that no server follows now") }
        let number = standbys.all == 1 ? "1 server follows" : "\(standbys.all) servers follow"
        return .warning(
            "\(number) asynchronously: a failover may lose the last changes, and revive sessions that had ended",
            "set synchronous_standby_names")
    }

    private static let commitRemedy = "set it to on, for the role of the gate at least (ALTER ROLE … SET)"

    /// - Parameters:
    ///   - standbys: The servers that follow.
    ///   - needed: The number of synchronous standbys that a commit waits for.
    ///   - role: The role as an SQL name.
    private static func synchronous(_ standbys: ServerFacts.Standbys, needed: Int, role: String) -> Finding {
        if standbys.synchronous >= needed { return .fine("a failover to a synchronous standby loses nothing") }
        guard standbys.all > 0 else {
            return .error(
                "synchronous_standby_names is set, and no server follows: every change waits for one",
                "start the standby, or empty synchronous_standby_names")
        }
        if standbys.synchronous + standbys.unknown >= needed {
            return .note(
                "synchronous_standby_names is set, and the role may not see whether a synchronous standby follows: "
                    + "without it every change waits",
                "GRANT pg_read_all_stats TO \(role), or look at sync_state in pg_stat_replication as a superuser")
        }
        let fact =
            needed == 1
            ? "none of the servers that follow is a standby of synchronous_standby_names"
            : "synchronous_standby_names needs \(needed) standbys, and has \(standbys.synchronous)"
        return .error(
            "\(fact): every change waits for one",
            "start the standby that synchronous_standby_names has, or correct the names (its application_name)")
    }

    /// Returns the number of standbys that a commit waits for: `FIRST 2 (a, b)`, `ANY 2 (a, b)`, `2 (a, b)`; 1 for names alone.
    private static func count(ofNames names: String) -> Int {
        guard let bracket = names.firstIndex(of: "(") else { return 1 }
        let words = names[..<bracket].split(whereSeparator: \.isWhitespace)
        return words.last.flatMap { Int($0) } ?? 1
    }
}
