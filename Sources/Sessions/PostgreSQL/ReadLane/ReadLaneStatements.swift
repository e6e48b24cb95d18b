/// The statements of the read lane: prepared once per connection, or sent as text if a pooler may assign another backend
/// to each transaction.
struct ReadLaneStatements: Sendable {
    /// A statement whose rows are read in binary form, which is faster than text.
    private struct BinaryStatement: Sendable {
        let name: String
        let text: String

        init(_ purpose: String, _ text: String) {
            name = StatementName.of(text, purpose: purpose)
            self.text = text
        }
    }

    /// These two rely on an ``EpochReading``.
    private let lookUp: BinaryStatement
    private let lookUpSeveral: BinaryStatement
    private let lookUpWithEpochs: BinaryStatement
    private let lookUpMissing: BinaryStatement
    private let heartbeat: BinaryStatement

    init(_ schema: Schema) {
        func select(_ epochs: SessionColumn.Epochs) -> String {
            """
            SELECT \(SessionColumn.list(hash: "s.token_hash", epochs, in: schema)) \
            FROM \(schema)session_tokens s WHERE s.token_hash =
            """
        }
        let known = SessionColumn.Epochs.known(endedBefore: "$2::bigint")
        // A column, not a condition, tells whether the session is alive, so that there is a row for an ended one too.
        lookUp = BinaryStatement("look_up", "\(select(known)) $1::bytea")
        lookUpSeveral = BinaryStatement("look_up_several", "\(select(known)) ANY ($1::bytea[])")
        lookUpWithEpochs = BinaryStatement("look_up_with_epochs", "\(select(.read)) ANY ($1::bytea[])")
        // For a hash that had no row: here there is one that repeats the hash. Not used for every look-up, since the join
        // costs PostgreSQL about 10 % more, and the look whether the tables have all their rows is for this one alone.
        lookUpMissing = BinaryStatement(
            "look_up_absent",
            """
            SELECT \(SessionColumn.list(hash: "asked.hash", .readIfPresent, in: schema)) \
            FROM (VALUES ($1::bytea)) asked(hash) LEFT JOIN \(schema)session_tokens s ON s.token_hash = asked.hash
            """)
        heartbeat = BinaryStatement("heartbeat", Heartbeat.sql(in: schema))
    }

    /// The setting with which a new connection plans a statement once: the plan is the same for every token.
    static let settings = ["SET plan_cache_mode = force_generic_plan"]

    /// The names and texts of the statements that are prepared on a new connection.
    var prepared: [(name: String, text: String)] {
        [lookUp, lookUpSeveral, lookUpWithEpochs, lookUpMissing, heartbeat].map { ($0.name, $0.text) }
    }

    /// Sends a message without flushing the connection.
    /// - Throws: ``PostgreSQLError``
    func send(_ message: ReadDialogue.Message, on connection: PostgreSQLConnection) throws(PostgreSQLError) {
        switch message {
        case .lookUps(let keys, let epochs?) where keys.count == 1:
            try send(lookUp, .digest(keys[0].hash), epochs.endedBefore, on: connection)
        case .lookUps(let keys, let epochs?):
            try send(lookUpSeveral, .digests(keys.map(\.hash)), epochs.endedBefore, on: connection)
        case .lookUps(let keys, nil): try send(lookUpWithEpochs, .digests(keys.map(\.hash)), on: connection)
        case .missing(let key): try send(lookUpMissing, .digest(key.hash), on: connection)
        case .heartbeat: try send(heartbeat, nil, on: connection)
        case .sync: try connection.sync()
        }
    }

    private func send(
        _ statement: BinaryStatement, _ parameter: BinaryParameter?, _ number: Int64? = nil,
        on connection: PostgreSQLConnection
    ) throws(PostgreSQLError) {
        try connection.sendBinary(
            prepared: connection.keepsState ? statement.name : nil, statement.text, parameter, number)
    }
}
