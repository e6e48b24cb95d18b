internal import EventLoop
internal import Logging

/// Rights, owners, triggers, the tables themselves and the rows of tables with one row: what a migration has set once, and a
/// restore or a statement by hand has changed since.
extension Migrations {
    /// Returns what is not as the migrations have left it.
    func faults(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) -> [SchemaFault] {
        try connection.transaction(deadline: Self.deadline) { () throws(PostgreSQLError) in
            try connection.restrictSearchPathInTransaction(deadline: Self.deadline)
            // The tables of one row are read.
            try connection.limitLockWaitInTransaction(to: Self.readLockWait, deadline: Self.deadline)
            return try findFaults(on: connection, schema)
        }
    }

    /// Returns the text about the rights that the role lacks, with what is open to everybody, which is the more urgent; nil if
    /// it lacks none.
    static func lack(in faults: [SchemaFault]) -> String? {
        guard let lack = faults.first(where: { $0.kind == .gate }) else { return nil }
        return (faults.filter(\.isOpen) + [lack]).map(\.text).joined(separator: "; and ")
    }

    /// The same within a transaction whose search path is the restricted one.
    private func findFaults(
        on connection: PostgreSQLConnection, _ schema: String
    ) throws(PostgreSQLError) -> [SchemaFault] {
        let schema = Schema(schema)
        let faults =
            try connection.run(FindSchemaFaults(), in: schema, deadline: Self.deadline)
            + connection.run(FindTableFaults(), in: schema, deadline: Self.deadline)
        let tables = try connection.run(FindSingleRowTables(), in: schema, deadline: Self.deadline)
        guard !tables.isEmpty else { return faults }
        let empty = try connection.namingLock(on: tables.map { "\(schema)\($0.name)" }.joined(separator: " or ")) {
            () throws(PostgreSQLError) in
            try connection.run(FindEmptyTables(tables: tables), in: schema, deadline: Self.deadline)
        }
        return faults + empty
    }

    /// Looks for faults at the program's start, and reports them as errors.
    ///
    /// - Parameters:
    ///   - connection: A connection of any role, to tables that are there.
    ///   - report: The log for faults.
    /// - Throws: ``PostgreSQLError``; an error with what to do if the role lacks rights, if everybody may do what only
    ///   the gate may, if row security hides rows, or if a table has lost its only row. Only the first if the program has run
    ///   before: see `isResumed`.
    package func inspect(
        on connection: PostgreSQLConnection, _ report: SchemaFaultLog
    ) throws(PostgreSQLError) {
        let schema = try existingSchema(on: connection)
        let faults = SchemaFaultLog.relevant(try faults(on: connection, schema))
        if !isResumed, let lack = Self.lack(in: faults) { throw refused(lack) }
        let newest = try applied(on: connection, schema).keys.max() ?? 0
        if newest > Self.latest { report.noteNewerTables(Self.newer(schema, newest)) }
        report.update(faults)
        guard !isResumed else { return }
        // What a newer program has made of these tables is not known here.
        let fault = faults.first { $0.preventsStart && ($0.kind != .rows || newest <= Self.latest) }
        if let fault { throw .unusable(fault.text) }
    }

    /// Puts right what is not as the migrations have left it.
    ///
    /// - Parameters:
    ///   - connection: A connection of the tables' owner or of a superuser, after ``run(on:log:)``.
    ///   - log: The log for what was put right, and for statements that an administrator has to run.
    /// - Throws: ``PostgreSQLError``; ``PostgreSQLError/unusable(_:part:)`` if something needs another role, or a restore.
    func putRight(on connection: PostgreSQLConnection, log: Logger) throws(PostgreSQLError) {
        let schema = try existingSchema(on: connection)
        let found = try faults(on: connection, schema).filter { !$0.isOfRole }
        for fault in found where fault.isWarning { log.warning("\(fault.text)") }
        var left = found.filter { !$0.isWarning }
        // A server that is read-only takes no lock.
        if left.contains(where: \.isPutRight) {
            left = try exclusively(on: connection) { () throws(PostgreSQLError) -> [SchemaFault] in
                try lock(on: connection, schema)
                let (mended, left) = try putRightLocked(on: connection, schema)
                for fault in mended { log.notice("put right: \(fault.fact)") }
                return left
            }
        }
        reportApplications(left, log)
        let serious = left.filter { $0.kind != .applicationsRole && $0.kind != .applications && !$0.isWarning }
        guard serious.isEmpty else {
            throw .unusable(serious.map { "\($0.fact): \($0.remedyOfAdministrator)" }.joined(separator: "; and "))
        }
    }

    /// Puts right what it can within a transaction that holds the lock.
    /// - Returns: What was put right, and what is left.
    func putRightLocked(
        on connection: PostgreSQLConnection, _ schema: String
    ) throws(PostgreSQLError) -> (mended: [SchemaFault], left: [SchemaFault]) {
        let before = try findFaults(on: connection, schema)
        var hasRole = !before.contains { $0.kind == .applicationsRole }
        for fault in before where fault.isPutRight && (fault.kind != .applications || hasRole) {
            for remedy in fault.remedies {
                let isDone = try attempt(remedy, on: connection)
                if fault.kind == .applicationsRole { hasRole = isDone }
            }
        }
        let left = try findFaults(on: connection, schema).filter { !$0.isOfRole }
        return (before.filter { !$0.isOfRole && !left.contains($0) }, left)
    }

    /// Reports what applications lack, with all statements in one line. The gate works without it.
    func reportApplications(_ left: [SchemaFault], _ log: Logger) {
        let faults = left.filter { $0.kind == .applicationsRole || $0.kind == .applications }
        guard let first = faults.first else { return }
        let statements = faults.flatMap(\.remedies).joined(separator: "; ")
        log.warning(
            "\(first.fact), and \(first.role) may not mend that; authfcgi works without it, applications that call its SQL functions do not: an administrator runs, in this database: \(statements)"
        )
    }

    /// Runs a statement that may be refused, within a transaction.
    /// - Returns: False if it was refused.
    private func attempt(_ sql: String, on connection: PostgreSQLConnection) throws(PostgreSQLError) -> Bool {
        try connection.script("SAVEPOINT authfcgi", deadline: Self.deadline)
        do throws(PostgreSQLError) {
            try connection.script(sql, deadline: Self.deadline)
            try connection.script("RELEASE SAVEPOINT authfcgi", deadline: Self.deadline)
            return true
        } catch {
            // Another installation may create the role of applications at the same time.
            let expected: [SQLState] = [
                .insufficientPrivilege, SQLState("42710"), SQLState("23505"), SQLState("42704"),
            ]
            guard case .server(let state, _) = error, expected.contains(state) else { throw error }
            try connection.script(
                "ROLLBACK TO SAVEPOINT authfcgi; RELEASE SAVEPOINT authfcgi", deadline: Self.deadline)
            return state.code == "42710" || state.code == "23505"
        }
    }
}
