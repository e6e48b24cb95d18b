internal import EventLoop
package import Logging

/// Makes our tables and brings them up to date: numbered SQL files that are part of the program, each run once, in
/// order, in one transaction under an advisory lock, so that any number of pods may start at once.
///
/// A step is known by its number and its name. Until the first release the files are edited in place, and databases
/// made before an edit are made anew; from then on a released file stays as it is, and a change is a file of the next
/// number. A database may have steps of higher numbers: a newer program has been there in a rolling update.
package struct Migrations: Sendable {
    /// What one run did.
    package enum Outcome: Equatable, Sendable {
        case upToDate(Int)
        case applied([Int])
    }

    private struct Step: Sendable {
        let number: Int
        let name: String
        let sql: String
    }

    private let schema: String?
    private let lifetime: Duration
    private let rememberedLifetime: Duration?

    /// - Parameters:
    ///   - schema: the schema to make the tables in; nil for the first of the connection's search path.
    ///   - lifetime: how long sessions live that applications create by SQL without saying so.
    ///   - rememberedLifetime: how long those may live whose users are remembered; nil: no longer than others.
    package init(schema: String?, lifetime: Duration, rememberedLifetime: Duration? = nil) {
        self.schema = schema
        self.lifetime = lifetime
        self.rememberedLifetime = rememberedLifetime
    }

    /// The tables that the steps make, and the view.
    private static let relations = [
        "session_tokens", "live_sessions", "user_epochs", "session_keys", "session_limits", "authfcgi_state",
        "authfcgi_users", "login_throttle", "login_throttle_secret",
    ]
    /// The table of the steps that were run.
    static let table = "authfcgi_migrations"
    /// Other pods may be at it for a while.
    private static let deadline = Duration.seconds(60)

    private static let steps = [
        Step(number: 1, name: "tables", sql: text(PackageResources._001_tables_sql)),
        Step(number: 2, name: "revocation_triggers", sql: text(PackageResources._002_revocation_triggers_sql)),
        Step(number: 3, name: "session_functions", sql: text(PackageResources._003_session_functions_sql)),
        Step(number: 4, name: "session_upkeep", sql: text(PackageResources._004_session_upkeep_sql)),
        Step(number: 5, name: "login_throttle", sql: text(PackageResources._005_login_throttle_sql)),
        Step(number: 6, name: "users", sql: text(PackageResources._006_users_sql)),
        Step(number: 7, name: "grants", sql: text(PackageResources._007_grants_sql)),
    ]

    /// The numbers of this program's steps, in order.
    package static var numbers: [Int] { steps.map(\.number) }

    /// The number that a database has when all of this program's steps were run.
    package static var latest: Int { numbers.last ?? 0 }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Runs what is missing. Takes the lock only when something is.
    @discardableResult
    package func run(on connection: PostgreSQLConnection, log: Logger) throws(PostgreSQLError) -> Outcome {
        let schema = try existingSchema(on: connection)
        let outcome: Outcome
        if try applied(on: connection, schema)[Self.latest] != nil {
            outcome = .upToDate(Self.latest)
        } else {
            outcome = try apply(on: connection, schema, log: log)
        }
        try setLifetimes(on: connection, schema, log: log)
        return outcome
    }

    /// Writes the lifetimes of the settings down, if they are other ones. Checks do not depend on them: a database that
    /// takes no changes keeps the old ones.
    private func setLifetimes(
        on connection: PostgreSQLConnection, _ schema: String, log: Logger
    ) throws(PostgreSQLError) {
        let schema = Schema(schema)
        let lifetimes = Lifetimes(usual: lifetime, remembered: rememberedLifetime)
        // Looked at first: a read-only server refuses also an UPDATE of no rows.
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

    /// The schema's name, made sure of.
    private func existingSchema(on connection: PostgreSQLConnection) throws(PostgreSQLError) -> String {
        if let schema {
            guard !Self.isOfPostgreSQL(schema) else {
                throw .unusable("the schema \(schema) is PostgreSQL's own: choose another one", part: .schema)
            }
            let found = try connection.query(
                "SELECT 1 FROM pg_namespace WHERE nspname = $1", [.text(schema)], deadline: Self.deadline)
            guard found.rowCount == 1 else {
                throw .unusable(
                    "there is no schema \(Schema.identifier(schema)): create it (CREATE SCHEMA) or choose one that exists",
                    part: .schema)
            }
            return schema
        }
        let current = try connection.query("SELECT current_schema()", deadline: Self.deadline)
        guard let schema = current.optionalText(0, 0) else {
            throw .unusable("the search path names no schema that exists: choose one", part: .schema)
        }
        guard !Self.isOfPostgreSQL(schema) else {
            throw .unusable(
                "the search path begins with \(schema), which is PostgreSQL's own: choose another schema", part: .schema
            )
        }
        return schema
    }

    private static func isOfPostgreSQL(_ schema: String) -> Bool {
        schema.hasPrefix("pg_") || schema == "information_schema"
    }

    /// The steps that were run, their names by their numbers; empty when there is no table of them.
    ///
    /// - Throws: `PostgreSQLError.unusable` when one of them has the number of one of ours and is another one.
    private func applied(
        on connection: PostgreSQLConnection, _ schema: String
    ) throws(PostgreSQLError) -> [Int: String] {
        let table = try connection.query(
            "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = $2", [.text(schema), .text(Self.table)],
            deadline: Self.deadline)
        guard table.rowCount == 1 else { return [:] }
        let rows = try connection.query(
            "SELECT number, name FROM \(Schema.identifier(schema)).\(Self.table)", deadline: Self.deadline)
        var applied: [Int: String] = [:]
        for row in 0..<rows.rowCount {
            if let number = Int(rows.text(row, 0)) { applied[number] = rows.text(row, 1) }
        }
        for step in Self.steps {
            guard let name = applied[step.number], name != step.name else { continue }
            throw .unusable(
                "the tables in the schema \(Schema.identifier(schema)) are of an incompatible version of authfcgi "
                    + "(migration \(step.number) is called \(name) there, and \(step.name) here), and they are left as "
                    + "they are: use an empty database, or create another schema and choose that",
                part: .schema)
        }
        return applied
    }

    private func apply(
        on connection: PostgreSQLConnection, _ schema: String, log: Logger
    ) throws(PostgreSQLError) -> Outcome {
        try connection.script("BEGIN", deadline: Self.deadline)
        do throws(PostgreSQLError) {
            try connection.liftTimeLimitsInTransaction(deadline: Self.deadline)
            let done = try applyLocked(on: connection, schema)
            try connection.script("COMMIT", deadline: Self.deadline)
            for step in done { log.info("migration \(step.number) (\(step.name)) applied to schema \(schema)") }
            return done.isEmpty ? .upToDate(Self.latest) : .applied(done.map(\.number))
        } catch {
            // The connection is given up after any failure; this only ends the transaction sooner.
            try? connection.script("ROLLBACK", deadline: .seconds(1))
            throw error
        }
    }

    private func applyLocked(
        on connection: PostgreSQLConnection, _ schema: String
    ) throws(PostgreSQLError) -> [Step] {
        _ = try connection.query(
            "SELECT pg_advisory_xact_lock(hashtextextended('authfcgi migrations ' || $1::text, 0))", [.text(schema)],
            deadline: Self.deadline)
        // A step that waits for a lock on a table keeps all others who need it waiting: rather it is tried again later.
        try connection.script("SET LOCAL lock_timeout = '3s'", deadline: Self.deadline)
        // pg_temp last: a temporary table of somebody else's session must never stand in for one of ours.
        try connection.script(
            "SET LOCAL search_path = \(Schema.identifier(schema)), pg_temp", deadline: Self.deadline)
        // Somebody else may have been faster while this waited for the lock.
        let applied = try applied(on: connection, schema)
        if applied.isEmpty { try refuseForeignTables(on: connection, schema) }
        let missing = Self.steps.filter { applied[$0.number] == nil }
        guard !missing.isEmpty else { return [] }
        try connection.script(
            """
            CREATE TABLE IF NOT EXISTS \(Self.table) (
                number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
            """, deadline: Self.deadline)
        for step in missing {
            try connection.script(step.sql, deadline: Self.deadline)
            _ = try connection.query(
                "INSERT INTO \(Self.table) (number, name) VALUES ($1::integer, $2::text)",
                [.number(step.number), .text(step.name)], deadline: Self.deadline)
        }
        return missing
    }

    /// A table of ours that we did not make belongs to another program: it is left alone.
    private func refuseForeignTables(
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
