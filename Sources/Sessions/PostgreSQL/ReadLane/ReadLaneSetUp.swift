internal import EventLoop
internal import Logging

/// The preparation of a connection for a ``ReadLane``, on a helper thread: on the first one the migrations are applied or
/// checked, on later ones the tables have to be there; limits are set, statements are prepared, and notifications are
/// requested.
struct ReadLaneSetUp: Sendable {
    let configuration: PostgreSQLConfiguration
    /// True to request notifications of revocations.
    let listens: Bool
    /// The time for which they are not requested.
    let pause: ListeningPause
    let migrations: Migrations?
    let faults: SchemaFaultLog
    let log: Logger
    let lastServer = LastServer()

    private var deadline: Duration { configuration.writeDeadline }

    /// Prepares a new connection. Takes two round trips if a connection to the same server has answered before and the tables
    /// are there: one to learn what the server is, and one for everything else.
    /// - Throws: ``PostgreSQLError``
    func run(on connection: PostgreSQLConnection, _ attempt: ConnectionAttempt) throws(PostgreSQLError) {
        try connection.introduce(isPooled: !configuration.usesPreparedStatements, deadline: deadline)
        // Before the access to the property begins: the question uses it too.
        let cluster = try lastServer.cluster(on: connection, deadline: deadline)
        connection.introduction?.cluster = cluster
        try connection.enterSchema(configuration.schema, keepsSearchPath: true, deadline: deadline)
        let listensNow = listens && pause.isOver(at: .now)
        var isDone = false
        if !attempt.isFirst, connection.keepsState { isDone = try runAtOnce(on: connection, listens: listensNow) }
        if !isDone { try runStepByStep(on: connection, attempt, listens: listensNow) }
        if listens, !listensNow { connection.notifications = .postponed(ListeningPause.reason) }
        try connection.enterPipeline()
    }

    /// Prepares a connection of its own in one round trip.
    /// - Returns: False if tables are missing, or if the server refuses a part of it.
    private func runAtOnce(
        on connection: PostgreSQLConnection, listens: Bool
    ) throws(PostgreSQLError) -> Bool {
        var columns: [String] = []
        if let migrations { columns.append(migrations.completeness(in: connection.schema)) }
        // Before the first heartbeat, since which no revocation can be missed.
        if listens { columns.append(connection.listening) }
        do throws(PostgreSQLError) {
            let result = try connection.runBatch(
                PostgreSQLConnection.schemaSettings + settings(of: connection),
                preparing: ReadLaneStatements(connection.schema).prepared,
                last: columns.isEmpty ? nil : "SELECT \(columns.joined(separator: ", "))", deadline: deadline)
            if let migrations, try !migrations.isComplete(result) { return false }
            if listens { try connection.noteListening(result) }
            return true
        } catch {
            guard case .server(let state, _) = error, state.blamesStatement else { throw error }
            return false
        }
    }

    private func runStepByStep(
        on connection: PostgreSQLConnection, _ attempt: ConnectionAttempt, listens: Bool
    ) throws(PostgreSQLError) {
        try attempt.work { () throws(PostgreSQLError) in
            if connection.keepsState {
                // What runAtOnce(on:) has prepared may not fit the tables any more.
                try connection.script(
                    (["DEALLOCATE ALL"] + PostgreSQLConnection.schemaSettings).joined(separator: "; "),
                    deadline: deadline)
                try connection.setTimeLimits(deadline: deadline)
            }
            guard let migrations else { return }
            guard attempt.isFirst else { return try migrations.resumed.requireTables(on: connection) }
            try migrations.requireClosedSchema(on: connection)
            try migrations.run(on: connection, log: log)
            try migrations.requireTables(on: connection)
            if configuration.inspectsAtStart { try migrations.inspect(on: connection, faults) }
        }
        if connection.keepsState {
            _ = try connection.runBatch(
                settings(of: connection), preparing: ReadLaneStatements(connection.schema).prepared, last: nil,
                deadline: deadline)
        }
        if listens { try connection.listen(deadline: deadline) }
    }

    private func settings(of connection: PostgreSQLConnection) -> [String] {
        connection.limits(statement: configuration.lookUpDeadline, lock: configuration.lookUpDeadline)
            + ReadLaneStatements.settings
    }
}
