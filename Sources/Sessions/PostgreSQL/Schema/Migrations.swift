internal import EventLoop
package import Logging

/// The migrations that create the gate's tables and update them: numbered SQL files in the program. Each runs once, in
/// order, in one transaction that locks the table of applied steps, so that any number of pods may start at once.
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

    struct Step: Sendable {
        let number: Int
        let name: String
        let sql: String

        /// Returns the statements for a schema, whose quoted name takes the place of each `@schema@`.
        func statements(in schema: String) -> String {
            sql.replacing("@schema@", with: Schema.identifier(schema))
        }
    }

    let schema: String?
    let lifetime: Duration
    let rememberedLifetime: Duration?
    let applies: Bool

    /// - Parameters:
    ///   - schema: The schema for the tables; nil for the first one in the search path that the connection was opened with.
    ///   - lifetime: The default lifetime of sessions that applications create by SQL.
    ///   - rememberedLifetime: The lifetime of remembered users' sessions, which the maximum must permit; nil for none.
    ///   - applies: False if another process applies the steps, and this one only checks them.
    package init(
        schema: String?, lifetime: Duration, rememberedLifetime: Duration? = nil, applies: Bool = true
    ) {
        self.schema = schema
        self.lifetime = lifetime
        self.rememberedLifetime = rememberedLifetime
        self.applies = applies
    }

    /// The tables and the view that the steps create.
    private static let relations = [
        "session_tokens", "live_sessions", "user_epochs", "session_keys", "session_limits", "session_cleanup",
        "authfcgi_state", "hashing_costs", "recent_hashing_costs",
        "authfcgi_users", "login_devices", "login_throttle", "login_throttle_secret", "session_channel",
        "unannounced_revocations", "redis_seal_keys", "authfcgi_audit",
    ]
    /// The table that records the applied steps.
    static let table = "authfcgi_migrations"
    /// The time limit of a statement, including the wait for another pod's migration.
    static let deadline = Duration.seconds(60)

    static let steps = [
        Step(number: 1, name: "tables", sql: text(PackageResources._001_tables_sql)),
        Step(number: 2, name: "revocation_triggers", sql: text(PackageResources._002_revocation_triggers_sql)),
        Step(number: 3, name: "session_functions", sql: text(PackageResources._003_session_functions_sql)),
        Step(number: 4, name: "session_upkeep", sql: text(PackageResources._004_session_upkeep_sql)),
        Step(number: 5, name: "login_throttle", sql: text(PackageResources._005_login_throttle_sql)),
        Step(number: 6, name: "users", sql: text(PackageResources._006_users_sql)),
        Step(number: 7, name: "grants", sql: text(PackageResources._007_grants_sql)),
        Step(number: 8, name: "notifications", sql: text(PackageResources._008_notifications_sql)),
        Step(number: 9, name: "redis_seals", sql: text(PackageResources._009_redis_seals_sql)),
        Step(number: 10, name: "audit", sql: text(PackageResources._010_audit_sql)),
    ]

    /// The numbers of this program's steps, in order.
    package static var numbers: [Int] { steps.map(\.number) }

    /// The number of this program's last step.
    package static var latest: Int { numbers.last ?? 0 }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Applies the missing steps. Takes the lock only if there are any.
    ///
    /// - Parameters:
    ///   - connection: A connection of the tables' owner.
    ///   - log: The log for applied steps.
    /// - Throws: ``PostgreSQLError``; ``PostgreSQLError/unusable(_:part:)`` if an operator has to choose another schema
    ///   or database.
    @discardableResult
    package func run(on connection: PostgreSQLConnection, log: Logger) throws(PostgreSQLError) -> Outcome {
        guard applies else { return .upToDate(try check(on: connection)) }
        let schema = try existingSchema(on: connection)
        let outcome: Outcome
        if try applied(on: connection, schema)[Self.latest] != nil {
            outcome = .upToDate(Self.latest)
        } else {
            try requireClosedSchema(on: connection)
            outcome = try apply(on: connection, schema, log: log)
        }
        try setLifetimes(on: connection, schema, log: log)
        return outcome
    }

    /// Checks, without a change, that the tables are not those of an incompatible version or of another program. Missing
    /// steps are no error: another process may be about to apply them.
    ///
    /// - Parameter connection: A connection of a role that may read the table of steps. For another role nothing is
    ///   checked.
    /// - Returns: The number of the latest step that was applied; 0 for none.
    /// - Throws: ``PostgreSQLError``; ``PostgreSQLError/unusable(_:part:)`` if an operator has to choose another schema
    ///   or database.
    @discardableResult
    package func check(on connection: PostgreSQLConnection) throws(PostgreSQLError) -> Int {
        let schema = try existingSchema(on: connection)
        do throws(PostgreSQLError) {
            let applied = try applied(on: connection, schema)
            if applied.isEmpty { try refuseForeignTables(on: connection, schema) }
            return applied.keys.max() ?? 0
        } catch {
            guard error.isRefusedPermission else { throw error }
            return 0
        }
    }

    /// Writes the configured lifetimes to the database if they differ. Checks do not depend on them, so a read-only
    /// database keeps the old ones.
    private func setLifetimes(
        on connection: PostgreSQLConnection, _ schema: String, log: Logger
    ) throws(PostgreSQLError) {
        let schema = Schema(schema)
        let lifetimes = Lifetimes(usual: lifetime, remembered: rememberedLifetime)
        // Compared first, because a read-only server refuses even an UPDATE without rows.
        guard try connection.run(LifetimesDiffer(lifetimes: lifetimes), in: schema, deadline: Self.deadline) else {
            return
        }
        do throws(PostgreSQLError) {
            try connection.run(SetLifetimes(lifetimes: lifetimes), in: schema, deadline: Self.deadline)
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

    /// Returns the name of the schema to use, which exists and is not PostgreSQL's own.
    func existingSchema(on connection: PostgreSQLConnection) throws(PostgreSQLError) -> String {
        let name = try connection.schemaName(schema, deadline: Self.deadline)
        guard !Self.isOfPostgreSQL(name) else {
            throw .unusable(
                schema == nil
                    ? "the search path begins with \(name), which is PostgreSQL's own: choose another schema"
                    : "the schema \(name) is PostgreSQL's own: choose another one", part: .schema)
        }
        // The text of the migrations has the name between dollar signs.
        guard !name.contains("$") else {
            throw .unusable("the schema \(name) has a $ in its name: choose another one", part: .schema)
        }
        let found = try connection.query(
            "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name",
            [.text(name)], deadline: Self.deadline)
        guard found.rowCount == 1 else {
            throw .unusable(
                "there is no schema \(Schema.identifier(name)): create it (CREATE SCHEMA) or choose one that exists",
                part: .schema)
        }
        return name
    }

    private static func isOfPostgreSQL(_ schema: String) -> Bool {
        schema.hasPrefix("pg_") || schema == "information_schema"
    }

    /// Returns the names of the applied steps by their numbers; empty if the table of steps does not exist.
    ///
    /// - Throws: ``PostgreSQLError/unusable(_:part:)`` if an applied step has another name than this program's step
    ///   with the same number.
    func applied(
        on connection: PostgreSQLConnection, _ schema: String
    ) throws(PostgreSQLError) -> [Int: String] {
        guard try hasTable(on: connection, schema) else { return [:] }
        let rows = try connection.query(
            "SELECT number, name FROM \(Schema.identifier(schema)).\(Self.table)", deadline: Self.deadline)
        var applied: [Int: String] = [:]
        for row in 0..<rows.rowCount {
            if let number = Int(rows.text(row, 0)) { applied[number] = rows.text(row, 1) }
        }
        if let step = Self.objection(to: applied) {
            throw .unusable(
                "the tables in the schema \(Schema.identifier(schema)) are of an incompatible version of authfcgi "
                    + "(migration \(step.number) is called \(step.there) there, and \(step.here) here), and they are "
                    + "left as they are: use an empty database, or create another schema and choose that",
                part: .schema)
        }
        return applied
    }

    /// Returns the first applied step that has another name than this program's step with the same number, or nil if there
    /// is none.
    static func objection(to applied: [Int: String]) -> (number: Int, there: String, here: String)? {
        for step in steps {
            if let name = applied[step.number], name != step.name { return (step.number, name, step.name) }
        }
        return nil
    }

    private func hasTable(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) -> Bool {
        try connection.query(
            """
            SELECT 1 FROM pg_catalog.pg_tables
             WHERE schemaname OPERATOR(pg_catalog.=) $1::pg_catalog.name
               AND tablename OPERATOR(pg_catalog.=) $2::pg_catalog.name
            """, [.text(schema), .text(Self.table)], deadline: Self.deadline
        ).rowCount == 1
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
    ) throws(PostgreSQLError) -> Outcome {
        // Each statement must see what was committed before the lock was acquired, whatever the default is.
        try connection.script("BEGIN ISOLATION LEVEL READ COMMITTED", deadline: Self.deadline)
        do throws(PostgreSQLError) {
            try connection.liftTimeLimitsInTransaction(deadline: Self.deadline)
            // The names in views, defaults, constraints and triggers are resolved when these are created.
            try connection.restrictSearchPathInTransaction(deadline: Self.deadline)
            let done = try applyLocked(on: connection, schema)
            try connection.script("COMMIT", deadline: Self.deadline)
            for step in done { log.info("migration \(step.number) (\(step.name)) applied to schema \(schema)") }
            return done.isEmpty ? .upToDate(Self.latest) : .applied(done.map(\.number))
        } catch {
            // The connection is closed after any failure; this only ends the transaction sooner.
            try? connection.script("ROLLBACK", deadline: .seconds(1))
            throw error
        }
    }

    func applyLocked(
        on connection: PostgreSQLConnection, _ schema: String
    ) throws(PostgreSQLError) -> [Step] {
        // The table of steps is the lock: other roles than its owner's cannot take it, as they could an advisory lock.
        // Reading the table does not wait for it.
        if try !hasTable(on: connection, schema) {
            try refuseForeignTables(on: connection, schema)
            try createTable(on: connection, schema)
        }
        try requireOwner(on: connection, schema)
        try connection.script(
            "LOCK TABLE \(Schema.identifier(schema)).\(Self.table) IN SHARE ROW EXCLUSIVE MODE", deadline: Self.deadline
        )
        // A step that waits for a table's lock makes everybody else wait for that table: fail soon and try again later.
        try connection.script("SET LOCAL lock_timeout = '3s'", deadline: Self.deadline)
        // Another pod may have applied steps while this one waited for the lock.
        let applied = try applied(on: connection, schema)
        if applied.isEmpty { try refuseForeignTables(on: connection, schema) }
        let missing = Self.steps.filter { applied[$0.number] == nil }
        guard !missing.isEmpty else { return [] }
        for step in missing {
            try connection.script(step.statements(in: schema), deadline: Self.deadline)
            _ = try connection.query(
                "INSERT INTO \(Schema.identifier(schema)).\(Self.table) (number, name) VALUES ($1::integer, $2::text)",
                [.number(step.number), .text(step.name)], deadline: Self.deadline)
        }
        return missing
    }

    /// Refuses a schema that has a relation with one of the gate's names although no step was applied: it belongs to
    /// another program.
    func refuseForeignTables(
        on connection: PostgreSQLConnection, _ schema: String
    ) throws(PostgreSQLError) {
        let found = try connection.query(
            """
            SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname = $1 AND relname = ANY ($2::text[]) LIMIT 1
            """, [.text(schema), .texts(Self.relations)], deadline: Self.deadline)
        guard found.rowCount == 0 else {
            throw .unusable(
                "the schema \(Schema.identifier(schema)) has a table \(found.text(0, 0)) that authfcgi did not make, "
                    + "and it is left as it is: rename it, or create another schema and choose that",
                part: .schema)
        }
    }
}
