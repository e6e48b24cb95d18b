internal import EventLoop

/// What the read lane sends: prepared once a connection, or as text where a pooler may give each transaction another one.
struct ReadLaneStatements: Sendable {
    /// A statement whose rows come in binary form: the loop has no time for texts here.
    private struct BinaryStatement: Sendable {
        let name: String
        let text: String

        init(_ purpose: String, _ text: String) {
            name = StatementName.of(text, purpose: purpose)
            self.text = text
        }
    }

    private let lookUp: BinaryStatement
    private let lookUpSeveral: BinaryStatement
    private let lookUpAbsent: BinaryStatement
    private let heartbeat: BinaryStatement

    init(_ schema: Schema) {
        let select =
            "SELECT \(SessionColumn.list(hash: "s.token_hash")) FROM \(schema)session_tokens s WHERE s.token_hash ="
        // Whether the session is alive is a column's matter and no condition, so that an ended one still answers for
        // itself.
        lookUp = BinaryStatement("look_up", "\(select) $1::bytea")
        lookUpSeveral = BinaryStatement("look_up_several", "\(select) ANY ($1::bytea[])")
        // For a hash that there was no row for: here the question comes back also when there is none. The join costs
        // PostgreSQL a tenth more, which is why not every look-up has it.
        lookUpAbsent = BinaryStatement(
            "look_up_absent",
            """
            SELECT \(SessionColumn.list(hash: "asked.hash")) \
            FROM (VALUES ($1::bytea)) asked(hash) LEFT JOIN \(schema)session_tokens s ON s.token_hash = asked.hash
            """)
        heartbeat = BinaryStatement("heartbeat", Heartbeat.sql(in: schema))
    }

    /// Readies a new connection; waits.
    func prepare(on connection: PostgreSQLConnection, deadline: Duration) throws(PostgreSQLError) {
        guard connection.keepsState else { return }
        // Planned once: the plan is the same for every token.
        try connection.script("SET plan_cache_mode = force_generic_plan", deadline: deadline)
        for statement in [lookUp, lookUpSeveral, lookUpAbsent, heartbeat] {
            try connection.prepare(statement.name, statement.text, deadline: deadline)
        }
    }

    @EventLoop
    func sendLookUp(of batch: [LookUp], on connection: PostgreSQLConnection) throws(PostgreSQLError) {
        if batch.count == 1 {
            try send(lookUp, .digest(batch[0].hash), on: connection)
        } else {
            try send(lookUpSeveral, .digests(batch.map(\.hash)), on: connection)
        }
    }

    func sendLookUpAbsent(_ hash: SHA256Digest, on connection: PostgreSQLConnection) throws(PostgreSQLError) {
        try send(lookUpAbsent, .digest(hash), on: connection)
    }

    func sendHeartbeat(on connection: PostgreSQLConnection) throws(PostgreSQLError) {
        try send(heartbeat, nil, on: connection)
    }

    private func send(
        _ statement: BinaryStatement, _ parameter: BinaryParameter?, on connection: PostgreSQLConnection
    ) throws(PostgreSQLError) {
        try connection.sendBinary(
            prepared: connection.keepsState ? statement.name : nil, statement.text, parameter)
    }
}
