internal import EventLoop
package import Logging

/// Makes our tables and brings them up to date: numbered SQL files that are part of the program, each run once, in
/// order, in one transaction under an advisory lock, so that any number of pods may start at once.
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

    /// The tables that the steps make.
    static let tables = [
        "session_tokens", "session_users", "session_keys", "session_settings", "authfcgi_users", "login_throttle",
    ]
    /// The table of the steps that were run.
    static let table = "authfcgi_migrations"
    /// Other pods may be at it for a while.
    private static let deadline = Duration.seconds(60)

    private static let steps = [
        Step(number: 1, name: "tables", sql: text(PackageResources._001_tables_sql)),
        Step(number: 2, name: "revocation_triggers", sql: text(PackageResources._002_revocation_triggers_sql)),
        Step(number: 3, name: "functions", sql: text(PackageResources._003_functions_sql)),
        Step(number: 4, name: "grants", sql: text(PackageResources._004_grants_sql)),
        Step(number: 5, name: "sessions_end", sql: text(PackageResources._005_sessions_end_sql)),
        Step(number: 6, name: "login_throttle", sql: text(PackageResources._006_login_throttle_sql)),
        Step(number: 7, name: "change_password", sql: text(PackageResources._007_change_password_sql)),
        Step(number: 8, name: "rehash", sql: text(PackageResources._008_rehash_sql)),
        Step(number: 9, name: "slowest_hash", sql: text(PackageResources._009_slowest_hash_sql)),
        Step(number: 10, name: "users_comparison", sql: text(PackageResources._010_users_comparison_sql)),
        Step(number: 11, name: "usernames", sql: text(PackageResources._011_usernames_sql)),
        Step(
            number: 12, name: "tokens_in_no_statement",
            sql: text(PackageResources._012_tokens_in_no_statement_sql)),
        Step(number: 13, name: "throttled_names", sql: text(PackageResources._013_throttled_names_sql)),
        Step(number: 14, name: "login_throttle_plans", sql: text(PackageResources._014_login_throttle_plans_sql)),
        Step(number: 15, name: "slowest_hash_byte", sql: text(PackageResources._015_slowest_hash_byte_sql)),
        Step(
            number: 16, name: "sessions_ended_by_a_login",
            sql: text(PackageResources._016_sessions_ended_by_a_login_sql)),
        Step(number: 17, name: "largest_hash", sql: text(PackageResources._017_largest_hash_sql)),
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
        if try applied(on: connection, schema).contains(Self.latest) {
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
            guard error.isReadOnlyTransaction || error.isFullDisk else { throw error }
            log.warning("the next start writes down the lifetimes for sessions made by SQL: \(error.reason)")
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

    /// The numbers of the steps that were run; empty when there is no table of them.
    private func applied(
        on connection: PostgreSQLConnection, _ schema: String
    ) throws(PostgreSQLError) -> Set<Int> {
        let table = try connection.query(
            "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = $2", [.text(schema), .text(Self.table)],
            deadline: Self.deadline)
        guard table.rowCount == 1 else { return [] }
        let rows = try connection.query(
            "SELECT number FROM \(Schema.identifier(schema)).\(Self.table)", deadline: Self.deadline)
        return Set((0..<rows.rowCount).compactMap { Int(rows.text($0, 0)) })
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
        let missing = Self.steps.filter { !applied.contains($0.number) }
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
            """, [.text(schema), .texts(Self.tables)], deadline: Self.deadline)
        guard found.rowCount == 0 else {
            throw .unusable(
                "the schema \(Schema.identifier(schema)) has a table \(found.text(0, 0)) that authfcgi did not make, "
                    + "and it is left as it is: rename it, or create another schema and choose that",
                part: .schema)
        }
    }
}
