/// What ``run(on:log:)`` would do, found out without a change.
extension Migrations {
    /// The result of a rehearsal.
    package enum Rehearsal: Equatable, Sendable {
        /// Nothing would be applied. The number is that of the latest step in the database.
        case upToDate(Int)
        /// The steps with these numbers would be applied.
        case wouldApply([Int])
    }

    /// Finds out what ``run(on:log:)`` would do. In a schema without any of the tables all steps are applied and rolled back:
    /// nobody can be waiting for these tables. Missing steps of tables that are in use would lock them; they are not applied.
    ///
    /// - Parameter connection: A connection of the role that would apply the steps.
    /// - Throws: ``PostgreSQLError`` as ``run(on:log:)`` would; also if there are no tables and this program does not make
    ///   them.
    package func rehearse(on connection: PostgreSQLConnection) throws(PostgreSQLError) -> Rehearsal {
        guard applies else { return .upToDate(try look(on: connection)) }
        let schema = try existingSchema(on: connection)
        let applied = try readableSteps(on: connection, schema)
        if applied[Self.latest] != nil { return .upToDate(applied.keys.max() ?? Self.latest) }
        try requireClosedSchema(on: connection)
        guard applied.isEmpty else {
            try requireOwner(on: connection, schema)
            return .wouldApply(Self.numbers.filter { applied[$0] == nil })
        }
        try connection.script("BEGIN ISOLATION LEVEL READ COMMITTED", deadline: Self.deadline)
        do throws(PostgreSQLError) {
            try connection.liftTimeLimitsInTransaction(deadline: Self.deadline)
            try connection.restrictSearchPathInTransaction(deadline: Self.deadline)
            let steps = try applyLocked(on: connection, schema)
            try connection.script("ROLLBACK", deadline: Self.deadline)
            return .wouldApply(steps.map(\.number))
        } catch {
            // If this fails the connection ends, which rolls back too.
            try? connection.script("ROLLBACK", deadline: .seconds(1))
            throw error
        }
    }

    /// What ``inspect(on:_:)`` would report or refuse.
    package struct Inspection: Sendable {
        package let faults: [SchemaFault]
        /// A warning about tables that a newer program has updated; nil if none has.
        package let newerTables: String?
    }

    /// Finds what ``inspect(on:_:)`` would report or refuse, and reports none of it. Of tables that a newer program has updated
    /// only what it would refuse counts.
    ///
    /// - Parameter connection: A connection of the role that would use the tables, which are there.
    /// - Throws: ``PostgreSQLError``
    package func rehearseInspection(on connection: PostgreSQLConnection) throws(PostgreSQLError) -> Inspection {
        let schema = try existingSchema(on: connection)
        let found = SchemaFaultLog.relevant(try faults(on: connection, schema))
        let newest = try applied(on: connection, schema).keys.max() ?? 0
        guard newest > Self.latest else { return Inspection(faults: found, newerTables: nil) }
        return Inspection(
            faults: found.filter { $0.preventsStart && $0.kind != .rows }, newerTables: Self.newer(schema, newest))
    }
}
