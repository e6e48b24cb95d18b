internal import Sessions

/// Whether PostgreSQL takes changes.
extension ServerChecks {
    @Sendable
    static func write(_ examination: Examination) -> [Finding] {
        guard examination.hasTables else { return [.skipped("the tables cannot be used")] }
        do throws(PostgreSQLError) {
            // A connection of its own: one that has no answer in time cannot be used for the other checks.
            let database = try OpenDatabase(examination.settings, examination.log)
            try ServerExamination(database.connection).makeChanges()
            return [.fine("a session was made and ended, and both were taken back")]
        } catch {
            guard case .success(let facts)? = examination.facts else { return [write(error, [:])] }
            return [write(error, facts.settings)]
        }
    }

    /// - Parameters:
    ///   - failure: Why a change is refused.
    ///   - settings: The settings of a new connection, by name.
    static func write(_ failure: PostgreSQLError, _ settings: [String: String]) -> Finding {
        let finding = DatabaseChecks.refused(failure)
        guard finding.remedy == nil else { return finding }
        return finding.with(remedy: remedy(failure, settings))
    }

    /// Returns what to do; nil if it follows from the other checks.
    private static func remedy(_ failure: PostgreSQLError, _ settings: [String: String]) -> String? {
        if failure.isFullDisk { return "make room on the disk of PostgreSQL; logins are answered 503" }
        if failure.isHeldLock { return "end the transaction that holds it" }
        if failure.isCancelled || failure == .deadline {
            return "find out what PostgreSQL waits for: wait_event in pg_stat_activity"
        }
        guard failure.isReadOnlyTransaction, settings["default_transaction_read_only"] != "on" else { return nil }
        return "correct what a connection pooler sets on its connections (connect_query)"
    }
}
