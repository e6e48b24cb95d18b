internal import Logging
internal import Sessions

/// What the checks look at: the settings, and what they lead to. Each part is opened or asked once, when a check first needs it.
final class Examination {
    let settings: Settings
    let log: Logger
    /// The number of pods that share the database.
    let pods: Int
    /// Whether Redis is asked for more than the start needs.
    private let isThorough: Bool

    /// - Parameters:
    ///   - settings: The settings.
    ///   - log: The log of connections.
    ///   - pods: The number of pods that share the database.
    ///   - isThorough: False for the checks of the start alone.
    init(_ settings: Settings, _ log: Logger, pods: Int = 1, isThorough: Bool = true) {
        self.settings = settings
        self.log = log
        self.pods = pods
        self.isThorough = isThorough
    }

    /// The database, or why it cannot be opened.
    private(set) lazy var database: Result<OpenDatabase, PostgreSQLError> = opened()

    /// What 'serve' would do to the tables, or why it cannot use them; nil without a database.
    private(set) lazy var plan: Result<Migrations.Rehearsal, PostgreSQLError>? = rehearsed()

    /// What is wrong with tables that are up to date; nil without them.
    private(set) lazy var inspection: Result<Migrations.Inspection, PostgreSQLError>? = inspected()

    /// The lock that keeps sessions from being read; nil if there is none.
    private(set) lazy var lockOnSessions: PostgreSQLError? = heldLock()

    /// The start of the stores. That of PostgreSQL is left out while sessions are locked: its look-ups would fail
    /// without saying why, and behind a pooler they would take connections from the other checks.
    private(set) lazy var stores: StoreRehearsal.Outcome = StoreRehearsal.run(
        settings, triesPostgreSQL: hasTables && lockOnSessions == nil, examinesRedis: isThorough, log)

    /// Facts about the server; nil without a database.
    private(set) lazy var facts: Result<ServerFacts, PostgreSQLError>? = factsOfServer()

    /// A Boolean value that indicates whether a check has reported that the connection to the database was lost.
    private(set) var hasLostConnection = false

    /// Returns the finding of a failure on the connection to the database. That it was lost is reported once.
    func finding(of failure: PostgreSQLError) -> Finding {
        guard failure.isLoss else { return .error(failure) }
        guard !hasLostConnection else { return DatabaseChecks.lostConnection }
        hasLostConnection = true
        return Finding.error(failure).with(remedy: "see in PostgreSQL's log why the connection ended; then repeat it")
    }

    /// The open database; nil without one.
    var openDatabase: OpenDatabase? { if case .success(let opened) = database { opened } else { nil } }

    /// A Boolean value that indicates whether there are tables that a gate would use.
    var hasTables: Bool {
        guard case .success(.upToDate)? = plan, case .success(let inspection)? = inspection else { return false }
        return !inspection.faults.contains(where: \.preventsStart)
    }

    /// A Boolean value that indicates whether there are tables that a gate would use, or would make or update.
    var willHaveTables: Bool {
        if case .success(.wouldApply)? = plan { return true }
        return hasTables
    }

    private func opened() -> Result<OpenDatabase, PostgreSQLError> {
        do throws(PostgreSQLError) {
            return .success(try OpenDatabase(settings, log))
        } catch {
            return .failure(error)
        }
    }

    private func rehearsed() -> Result<Migrations.Rehearsal, PostgreSQLError>? {
        guard let openDatabase else { return nil }
        do throws(PostgreSQLError) {
            return .success(try openDatabase.rehearseMigrations())
        } catch {
            return .failure(error)
        }
    }

    private func inspected() -> Result<Migrations.Inspection, PostgreSQLError>? {
        guard let openDatabase, case .success(.upToDate)? = plan else { return nil }
        do throws(PostgreSQLError) {
            return .success(try openDatabase.rehearseInspection())
        } catch {
            return .failure(error)
        }
    }

    private func heldLock() -> PostgreSQLError? {
        guard let openDatabase, hasTables, !hasLostConnection else { return nil }
        do throws(PostgreSQLError) {
            try ServerExamination(openDatabase.connection).readSessions()
            return nil
        } catch {
            return error.isHeldLock ? error : nil
        }
    }

    private func factsOfServer() -> Result<ServerFacts, PostgreSQLError>? {
        guard let openDatabase else { return nil }
        do throws(PostgreSQLError) {
            return .success(try ServerExamination(openDatabase.connection).facts())
        } catch {
            return .failure(error)
        }
    }
}
