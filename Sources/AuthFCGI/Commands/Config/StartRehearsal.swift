internal import ArgumentParser
internal import Logging
internal import Sessions

/// The start of 'serve', except that it answers no requests and changes nothing. Every part is tried, whether or not those
/// before it have failed; problems go to standard error.
struct StartRehearsal {
    /// The result of a rehearsal.
    struct Report {
        /// What the rehearsal has found, for standard output.
        fileprivate(set) var lines: [String] = []
        fileprivate var codes: [Int32] = []

        /// The exit code of the worst problem; nil if there is none.
        var exitCode: Int32? {
            codes.contains(CommandFailure.configurationCode) ? CommandFailure.configurationCode : codes.first
        }
    }

    private let settings: Settings
    private let log: Logger

    init(_ settings: Settings, _ log: Logger) {
        self.settings = settings
        self.log = log
    }

    func run() -> Report {
        var report = Report()
        attempt(&report, sockets)
        attempt(&report, hashes)
        var database: CommandDatabase?
        var plan: Migrations.Rehearsal?
        attempt(&report) { report throws(ExitCode) in
            let opened = try CommandDatabase(settings, log)
            let rehearsal = try opened.rehearseMigrations()
            if case .upToDate = rehearsal, try hasObstacles(opened, &report) { return }
            plan = rehearsal
            database = opened
        }
        let isUpToDate = if case .upToDate? = plan { true } else { false }
        let stores = StoreRehearsal.run(settings, triesPostgreSQL: isUpToDate, log)
        attempt(&report) { report throws(ExitCode) in try postgreSQL(stores, database, plan, &report) }
        attempt(&report) { report throws(ExitCode) in try redis(stores, &report) }
        report.lines += settings.hintNotes
        if report.exitCode == nil { report.lines.insert("The settings are valid, and the database answers.", at: 0) }
        return report
    }

    private func attempt(_ report: inout Report, _ part: (inout Report) throws(ExitCode) -> Void) {
        do throws(ExitCode) {
            try part(&report)
        } catch {
            report.codes.append(error.rawValue)
        }
    }

    private func sockets(_ report: inout Report) throws(ExitCode) {
        do throws(ListenError) {
            let remarks = try ListeningSockets.rehearse(settings, ProcessEnvironment.snapshot())
            report.lines += remarks.map { "Note: \($0)." }
        } catch {
            let advice = "; if systemd passes the socket to 'serve', add --listen systemd"
            throw CommandFailure.fail("\(error)\(settings.listen.isEmpty ? advice : "")", code: error.exitCode)
        }
    }

    private func hashes(_ report: inout Report) throws(ExitCode) {
        guard let reason = PasswordHasher.trial() else { return }
        throw CommandFailure.fail(
            "password hashes cannot be computed: \(reason)", code: CommandFailure.configurationCode)
    }

    /// Reports the faults of the tables, also those with which 'serve' would start and log errors.
    /// - Returns: True if it would not start, so that the parts after this one would fail for the same reason.
    private func hasObstacles(_ database: CommandDatabase, _ report: inout Report) throws(ExitCode) -> Bool {
        let faults = try database.faults()
        for fault in faults where fault.isWarning { log.warning("\(fault.text)") }
        for fault in faults where !fault.isWarning {
            report.codes.append(CommandFailure.fail(fault.text, code: CommandFailure.configurationCode).rawValue)
        }
        return faults.contains(where: \.preventsStart)
    }

    private func postgreSQL(
        _ stores: StoreRehearsal.Outcome, _ database: CommandDatabase?, _ plan: Migrations.Rehearsal?,
        _ report: inout Report
    ) throws(ExitCode) {
        switch stores.postgreSQL {
        case .unusable(let reason)?: throw CommandFailure.fail(reason, code: CommandFailure.configurationCode)
        case .unavailable(let reason)?:
            throw CommandFailure.fail("PostgreSQL: \(reason)", code: CommandFailure.unavailableCode)
        case .usable?, nil: break
        }
        guard let database else { return }
        if case .wouldApply(let steps)? = plan {
            let numbers = steps.map(String.init).joined(separator: ", ")
            report.lines.append("'serve' would apply the migrations \(numbers).")
        }
        try users(database, &report)
    }

    private func users(_ database: CommandDatabase, _ report: inout Report) throws(ExitCode) {
        guard let query = UsersQuery(settings) else {
            return report.lines.append("Logins are for the gate's own users.")
        }
        let findings = try database.check(query)
        report.lines.append("\(query.name) returns the columns \(findings.columns.joined(separator: ", ")).")
        if query.rehash != nil {
            report.lines.append(
                database.connection.keepsState
                    ? "USERS_REHASH can be run."
                    : "USERS_REHASH writes nothing behind a connection pooler. Connect DATABASE_URL directly.")
        }
        for advice in [findings.searchPathAdvice, UsersQueryCheck.rehashAdvice(query)].compactMap(\.self) {
            report.lines.append("Note: \(advice).")
        }
    }

    private func redis(_ stores: StoreRehearsal.Outcome, _ report: inout Report) throws(ExitCode) {
        guard let location = settings.redisLocation else { return }
        if let reason = stores.redis {
            throw CommandFailure.fail(
                "Redis: \(reason); 'serve' would start, and ask PostgreSQL instead",
                code: CommandFailure.unavailableCode)
        }
        report.lines.append("Redis answers (\(location)).")
    }
}
