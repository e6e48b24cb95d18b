internal import Sessions

/// The checks of PostgreSQL that must pass for 'serve' to start without errors.
enum DatabaseChecks {
    /// The finding of checks that need the database.
    static let noDatabase = Finding.skipped("the database cannot be opened")
    /// The finding of checks after the one that has reported the loss.
    static let lostConnection = Finding.skipped("the connection to the database was lost")
    private static let noTables = Finding.skipped("the tables cannot be used")

    @Sendable
    static func connection(_ examination: Examination) -> [Finding] {
        switch examination.database {
        case .failure(let error): return [refused(error)]
        case .success(let database):
            let release = database.connection.serverRelease.map { " \($0.major).\($0.minor)" } ?? ""
            return [.fine("PostgreSQL\(release) answers")]
        }
    }

    /// - Parameter error: Why there is no connection.
    static func refused(_ error: PostgreSQLError) -> Finding {
        let finding = Finding.error(error)
        guard finding.remedy == nil else { return finding }
        return finding.with(remedy: remedy(ofLimit: error.reason))
    }

    /// Returns what to do if a limit of connections is reached; nil if the server's text does not say so in English.
    private static func remedy(ofLimit text: String) -> String? {
        if text.contains("too many connections for role") { return "raise the limit: ALTER ROLE … CONNECTION LIMIT" }
        if text.contains("too many connections for database") {
            return "raise the limit: ALTER DATABASE … CONNECTION LIMIT"
        }
        let isFull = text.contains("too many clients already") || text.contains("connection slots are reserved")
        return isFull ? "raise the limit max_connections, or end connections of others" : nil
    }

    @Sendable
    static func schema(_ examination: Examination) -> [Finding] {
        switch examination.plan {
        case nil: return [noDatabase]
        case .failure(let error)?: return [examination.finding(of: error)]
        case .success(.upToDate(let number))?: return [.fine("the tables are at migration \(number)")]
        case .success(.wouldApply(let steps))?:
            return [.fine("'serve' would apply the migrations \(steps.map(String.init).joined(separator: ", "))")]
        }
    }

    @Sendable
    static func rights(_ examination: Examination) -> [Finding] {
        switch examination.inspection {
        case nil:
            if case .failure? = examination.plan { return [noTables] }
            return [.skipped("there are no tables yet, or they are not up to date")]
        case .failure(let error)?: return [examination.finding(of: error)]
        case .success(let inspection)?:
            let newer = inspection.newerTables.map { Finding.warning($0) }
            let faults = inspection.faults.map { fault in
                fault.isWarning ? Finding.warning(fault.fact, fault.advice) : Finding.error(fault.fact, fault.advice)
            }
            let all = [newer].compactMap(\.self) + faults
            guard all.isEmpty else { return all }
            return [.fine("rights, owners, triggers, tables and rows are as the migrations have set them")]
        }
    }

    @Sendable
    static func lookUp(_ examination: Examination) -> [Finding] {
        if let lock = examination.lockOnSessions {
            return [Finding.error(lock).with(remedy: "end the transaction that holds it; the gate answers 503")]
        }
        switch examination.stores.postgreSQL {
        case nil: return [noTables]
        case .usable?: return [.fine("a look-up is answered")]
        case .unusable(let reason)?: return [.error(reason)]
        case .unavailable(let reason)?:
            return [
                .error(
                    "PostgreSQL: \(reason)", remedy(ofLimit: reason), exitCode: CommandFailure.unavailableCode)
            ]
        }
    }

    @Sendable
    static func users(_ examination: Examination) -> [Finding] {
        guard let database = examination.openDatabase, examination.willHaveTables else { return [noTables] }
        guard let query = UsersQuery(examination.settings) else {
            return [.fine("logins are for the gate's own users")]
        }
        do throws(PostgreSQLError) {
            return findings(try database.check(query), query, keepsState: database.connection.keepsState)
        } catch {
            return [examination.finding(of: error)]
        }
    }

    private static func findings(
        _ found: UsersQueryCheck.Findings, _ query: UsersQuery, keepsState: Bool
    ) -> [Finding] {
        var findings = [Finding.fine("\(query.name) returns the columns \(found.columns.joined(separator: ", "))")]
        if query.rehash != nil {
            findings.append(
                keepsState
                    ? .fine("USERS_REHASH can be run")
                    : .warning(
                        "USERS_REHASH writes nothing behind a connection pooler", "connect DATABASE_URL directly"))
        }
        let advice = [found.searchPathAdvice, UsersQueryCheck.rehashAdvice(query)].compactMap(\.self)
        return findings + advice.map { Finding.note($0) }
    }
}
