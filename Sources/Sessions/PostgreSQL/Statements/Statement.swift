/// An SQL statement: its text, its parameters, the decoding of its result, and how it may be sent. Workers
/// (``CommandLane/run(_:)``) and commands (``PostgreSQLConnection/run(_:in:deadline:)``) run the same statements.
protocol Statement: Sendable {
    /// The value that one row is decoded to.
    associatedtype Row: Sendable
    /// The value that the whole result is decoded to: `[Row]`, `Row` for exactly one row, or `Row?` for one at most.
    associatedtype Answer: Sendable

    /// Whether running the statement twice is harmless. If so, it is sent again after the connection was lost before
    /// the answer, or when the server asks for a repetition. A repetition that finds its own work done must answer as the
    /// first time: see ``parameters(repeatedAfter:)``.
    static var isIdempotent: Bool { get }
    /// Whether the statement waits with the urgent ones, which have turns and places of their own: see ``WaitingCommands``.
    static var isUrgent: Bool { get }

    /// Returns the text. Each column has a name, which ``decode(_:)`` uses.
    func sql(in schema: Schema) -> String
    /// The values of `$1`, `$2` and so on.
    var parameters: [PostgreSQLParameter] { get }
    /// Returns the values for one sending of the statement.
    /// - Parameter time: The time since the first sending; nil for the first one.
    func parameters(repeatedAfter time: Duration?) -> [PostgreSQLParameter]

    /// Decodes a row.
    /// - Throws: ``PostgreSQLError/unreadable(statement:_:)`` if the row has another shape, for example after tables or
    ///   functions were changed by hand.
    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Row
    /// Combines the decoded rows.
    /// - Throws: ``PostgreSQLError/unreadable(statement:_:)`` if the number of rows is wrong.
    func answer(_ rows: [Row]) throws(PostgreSQLError) -> Answer
}

extension Statement {
    static var isUrgent: Bool { false }
    var parameters: [PostgreSQLParameter] { [] }
    func parameters(repeatedAfter time: Duration?) -> [PostgreSQLParameter] { parameters }
    /// The statement's name in errors and in PostgreSQL's log.
    static var name: String { "\(Self.self)" }

    /// Decodes the server's result.
    func answer(from result: borrowing PostgreSQLResult) throws(PostgreSQLError) -> Answer {
        let columns = result.columnNames
        var rows: [Row] = []
        rows.reserveCapacity(result.rowCount)
        for index in 0..<result.rowCount {
            let values = columns.indices.map { result.optionalText(index, $0) }
            rows.append(try decode(PostgreSQLRow(of: Self.name, columns: columns, values: values)))
        }
        return try answer(rows)
    }
}

extension Statement where Answer == [Row] {
    func answer(_ rows: [Row]) -> [Row] { rows }
}

extension Statement where Answer == Row {
    func answer(_ rows: [Row]) throws(PostgreSQLError) -> Row {
        guard rows.count == 1 else { throw .unreadable(statement: Self.name, "has \(rows.count) rows instead of one") }
        return rows[0]
    }
}

extension Statement where Answer == Row? {
    func answer(_ rows: [Row]) throws(PostgreSQLError) -> Row? {
        guard rows.count <= 1 else { throw .unreadable(statement: Self.name, "has \(rows.count) rows instead of one") }
        return rows.first
    }
}

/// The row of a statement for which only the existence of a row matters.
struct AnyRow: Sendable {}

extension Statement where Row == AnyRow {
    func decode(_ row: PostgreSQLRow) -> AnyRow { AnyRow() }
}

extension Statement where Row == AnyRow, Answer == Bool {
    /// Returns whether there is a row.
    func answer(_ rows: [AnyRow]) -> Bool { !rows.isEmpty }
}

extension Statement where Row == AnyRow, Answer == Void {
    func answer(_ rows: [AnyRow]) {}
}
