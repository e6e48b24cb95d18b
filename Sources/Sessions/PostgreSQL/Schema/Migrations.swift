internal import EventLoop
package import Logging

/// The migrations that create the gate's tables and update them: numbered SQL files in the program. Each runs once, in
/// order, in one transaction that locks the table of applied steps, so that any number of pods may start at once. They run
/// at the start of the program and in `authfcgi migrate`, never on a connection that replaces a lost one: what a running
/// program finds empty is about to be restored.
///
/// A step is identified by its number and name. Until the first release the files are edited in place, and databases
/// created before an edit must be created again. A released file is never edited: each change is a new file with the
/// next number. A database may have steps with higher numbers, from a newer program in a rolling update.
package struct Migrations: Sendable {
    /// The result of a run.
    package enum Outcome: Equatable, Sendable {
        /// Nothing was missing. The number is this program's latest step.
        case upToDate(Int)
        /// The steps with these numbers were applied.
        case applied([Int])
    }

    let schema: String?
    let lifetime: Duration
    let rememberedLifetime: Duration?
    let applies: Bool
    let isResumed: Bool
    /// Called before each step that is applied, with its number and name.
    package var onStep: (@Sendable (Int, String) -> Void)?

    /// - Parameters:
    ///   - schema: The schema for the tables; nil for the first one in the search path that the connection was opened with.
    ///   - lifetime: The default lifetime of sessions that applications create by SQL.
    ///   - rememberedLifetime: The lifetime of remembered users' sessions, which the maximum must permit; nil for none.
    ///   - applies: False if another process applies the steps, and this one only checks them.
    ///   - isResumed: True if other processes have used the tables with these settings before: then nothing is applied,
    ///     and rights that were changed since are reported, but do not prevent the use.
    package init(
        schema: String?, lifetime: Duration, rememberedLifetime: Duration? = nil, applies: Bool = true,
        isResumed: Bool = false
    ) {
        self.schema = schema
        self.lifetime = lifetime
        self.rememberedLifetime = rememberedLifetime
        self.applies = applies && !isResumed
        self.isResumed = isResumed
    }

    /// The table that records the applied steps.
    static let table = "authfcgi_migrations"
    /// The time limit of a statement, including the wait for another pod's migration.
    static let deadline = Duration.seconds(60)
    /// The maximum wait for a lock of what only reads.
    static let readLockWait = Duration.seconds(2)
    /// The same of a step, which makes everybody else wait for the table meanwhile: it fails soon, and is tried again later.
    private static let stepLockWait = Duration.seconds(3)

    /// Applies the missing steps. Takes the lock only if there are any.
    ///
    /// - Parameters:
    ///   - connection: A connection of the tables' owner.
    ///   - log: The log for applied steps.
    /// - Throws: ``PostgreSQLError``; ``PostgreSQLError/unusable(_:part:)`` if an operator has to choose another schema
    ///   or database.
    @discardableResult
    package func run(on connection: PostgreSQLConnection, log: Logger) throws(PostgreSQLError) -> Outcome {
        let (outcome, left) = try runSteps(on: connection, log: log)
        reportApplications(left, log)
        return outcome
    }

    /// Applies the missing steps.
    /// - Parameter decidesLifetimes: False if the lifetimes of tables that are up to date are left as they are.
    /// - Returns: The outcome, and what the role may not put right in the new objects.
    private func runSteps(
        on connection: PostgreSQLConnection, decidesLifetimes: Bool = true, log: Logger
    ) throws(PostgreSQLError) -> (outcome: Outcome, left: [SchemaFault]) {
        guard applies else { return (.upToDate(try look(on: connection)), []) }
        let schema = try existingSchema(on: connection)
        let result: (outcome: Outcome, left: [SchemaFault])
        if try readableSteps(on: connection, schema)[Self.latest] != nil {
            result = (.upToDate(Self.latest), [])
        } else {
            try requireClosedSchema(on: connection)
            result = try apply(on: connection, schema, log: log)
        }
        if decidesLifetimes || result.outcome != .upToDate(Self.latest) {
            try setLifetimes(on: connection, schema, log: log)
        }
        return result
    }

    /// Applies the missing steps, and puts right what was changed since: for `authfcgi migrate`.
    /// - Throws: as ``run(on:log:)`` and ``putRight(on:log:)``
    package func runAndPutRight(on connection: PostgreSQLConnection, log: Logger) throws(PostgreSQLError) -> Outcome {
        try requireKnownSteps(on: connection, existingSchema(on: connection))
        let result = try runSteps(on: connection, log: log)
        try putRight(on: connection, log: log)
        return result.outcome
    }

    /// Makes the tables if there are none, and changes none: for commands that add users or sessions. Their settings may be
    /// others than those of the program that serves, which decide on the lifetimes.
    /// - Throws: as ``run(on:log:)`` and ``look(on:)``
    package func runIfNew(on connection: PostgreSQLConnection, log: Logger) throws(PostgreSQLError) {
        if try check(on: connection) > 0 { return try requireTables(on: connection) }
        reportApplications(try runSteps(on: connection, decidesLifetimes: false, log: log).left, log)
    }

    /// Writes the configured lifetimes to the database if they differ. Checks do not depend on them, so a read-only
    /// database keeps the old ones.
    private func setLifetimes(
        on connection: PostgreSQLConnection, _ schema: String, log: Logger
    ) throws(PostgreSQLError) {
        let schema = Schema(schema)
        let lifetimes = Lifetimes(usual: lifetime, remembered: rememberedLifetime)
        do throws(PostgreSQLError) {
            try connection.transaction(deadline: Self.deadline) { () throws(PostgreSQLError) -> Void in
                try connection.limitLockWaitInTransaction(to: Self.readLockWait, deadline: Self.deadline)
                try connection.namingLock(on: schema.limitsTable) { () throws(PostgreSQLError) -> Void in
                    // Compared first, because a read-only server refuses even an UPDATE without rows.
                    let differ = LifetimesDiffer(lifetimes: lifetimes)
                    guard try connection.run(differ, in: schema, deadline: Self.deadline) else { return }
                    try connection.run(SetLifetimes(lifetimes: lifetimes), in: schema, deadline: Self.deadline)
                }
            }
        } catch {
            if error.isRefusedPermission {
                log.warning("setting the lifetimes of sessions made by SQL needs the tables' owner: \(error.reason)")
                return
            }
            guard error.isReadOnlyTransaction || error.isFullDisk else { throw error }
            log.warning(
                "setting the lifetimes of sessions made by SQL failed, retrying at the next start: \(error.reason)")
        }
    }

    /// Creates the table of steps. If another transaction is creating it, PostgreSQL waits for that at the unique index of
    /// its catalog, and then there is the table.
    private func createTable(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) {
        try connection.script(
            """
            DO $$ BEGIN
                CREATE TABLE \(Schema.identifier(schema)).\(Self.table) (
                    number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
            EXCEPTION WHEN duplicate_table OR unique_violation THEN
                NULL;
            END $$
            """, deadline: Self.deadline)
    }

    private func apply(
        on connection: PostgreSQLConnection, _ schema: String, log: Logger
    ) throws(PostgreSQLError) -> (outcome: Outcome, left: [SchemaFault]) {
        var left: [SchemaFault] = []
        let done = try exclusively(on: connection) { () throws(PostgreSQLError) -> [Step] in
            let done = try applyLocked(on: connection, schema)
            // New objects have the rights and owners that the defaults of the database give them.
            if !done.isEmpty { left = try putRightLocked(on: connection, schema).left }
            return done
        }
        for step in done { log.info("migration \(step.number) (\(step.name)) applied to schema \(schema)") }
        return (done.isEmpty ? .upToDate(Self.latest) : .applied(done.map(\.number)), left)
    }

    /// Runs `work` in a transaction in which the names in views, defaults, constraints and triggers are resolved in
    /// PostgreSQL's own schema. Its errors have all that the server says, since no statement in it has values of users.
    func exclusively<T>(
        on connection: PostgreSQLConnection, _ work: () throws(PostgreSQLError) -> T
    ) throws(PostgreSQLError) -> T {
        connection.keepsDetails = true
        defer { connection.keepsDetails = false }
        // Each statement must see what was committed before the lock was acquired, whatever the default is.
        try connection.script("BEGIN ISOLATION LEVEL READ COMMITTED", deadline: Self.deadline)
        do throws(PostgreSQLError) {
            try connection.liftTimeLimitsInTransaction(deadline: Self.deadline)
            try connection.restrictSearchPathInTransaction(deadline: Self.deadline)
            let result = try work()
            try connection.script("COMMIT", deadline: Self.deadline)
            return result
        } catch {
            // The connection is closed after any failure; this only ends the transaction sooner.
            try? connection.script("ROLLBACK", deadline: .seconds(1))
            throw error
        }
    }

    /// Locks the table of steps until the end of the transaction. Other roles than its owner's cannot, as they could an
    /// advisory lock. Reading the table does not wait for it.
    func lock(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) {
        try requireOwner(on: connection, schema)
        try connection.script(
            "LOCK TABLE \(Schema.identifier(schema)).\(Self.table) IN SHARE ROW EXCLUSIVE MODE", deadline: Self.deadline
        )
        try connection.limitLockWaitInTransaction(to: Self.stepLockWait, deadline: Self.deadline)
    }

    func applyLocked(
        on connection: PostgreSQLConnection, _ schema: String
    ) throws(PostgreSQLError) -> [Step] {
        let others = try objects(on: connection, schema)
        if try !hasTable(on: connection, schema) {
            try refuseForeignTables(on: connection, schema)
            try requireCreation(on: connection, schema)
            try createTable(on: connection, schema)
        }
        try lock(on: connection, schema)
        // Another pod may have applied steps while this one waited for the lock.
        let applied = try applied(on: connection, schema)
        try connection.limitLockWaitInTransaction(to: Self.stepLockWait, deadline: Self.deadline)
        if applied.isEmpty { try refuseForeignTables(on: connection, schema) }
        let missing = Self.steps.filter { applied[$0.number] == nil }
        guard !missing.isEmpty else { return [] }
        try requireCreation(on: connection, schema)
        for step in missing {
            onStep?(step.number, step.name)
            try connection.script(step.statements(in: schema), deadline: Self.deadline)
            _ = try connection.query(
                "INSERT INTO \(Schema.identifier(schema)).\(Self.table) (number, name) VALUES ($1::integer, $2::text)",
                [.number(step.number), .text(step.name)], deadline: Self.deadline)
        }
        try revokeDefaultRights(on: connection, schema, except: others)
        return missing
    }
}
