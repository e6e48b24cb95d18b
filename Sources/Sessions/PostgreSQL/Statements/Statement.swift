/// One SQL statement with its parameters, and all that is known of it: one type for each, in one place. The lanes of a
/// worker (``CommandLane/run(_:)``) and the commands (``PostgreSQLConnection/run(_:in:deadline:)``) run the same values.
protocol Statement: Sendable {
    /// What one row means.
    associatedtype Row: Sendable
    /// What all rows together mean: `[Row]`; `Row` when there is one row always; `Row?` when there may be none.
    associatedtype Answer: Sendable

    /// Whether running it twice does no harm, so that it may be sent again when a connection was lost before its answer
    /// came, or when the server asks for it.
    static var isIdempotent: Bool { get }
    /// Whether it goes before all that wait and are not urgent.
    static var isUrgent: Bool { get }

    /// The text. Each column has a name, by which ``decode(_:)`` finds it.
    func sql(in schema: Schema) -> String
    /// The values of `$1` and so on.
    var parameters: [PostgreSQLParameter] { get }

    /// - Throws: ``PostgreSQLError/unreadable(_:)`` when the row has another shape, as after a change of tables or functions
    ///   by hand.
    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Row
    /// - Throws: ``PostgreSQLError/unreadable(_:)`` when there are more or fewer rows than there can be.
    func answer(_ rows: [Row]) throws(PostgreSQLError) -> Answer
}

extension Statement {
    static var isUrgent: Bool { false }
    var parameters: [PostgreSQLParameter] { [] }
    /// What the statement is called in errors and in PostgreSQL's log.
    static var name: String { "\(Self.self)" }

    /// Reads what the server has answered.
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

/// The row of a statement whose rows say nothing but that there is one.
struct AnyRow: Sendable {}

extension Statement where Row == AnyRow {
    func decode(_ row: PostgreSQLRow) -> AnyRow { AnyRow() }
}

extension Statement where Row == AnyRow, Answer == Bool {
    /// Whether there is a row.
    func answer(_ rows: [AnyRow]) -> Bool { !rows.isEmpty }
}

extension Statement where Row == AnyRow, Answer == Void {
    func answer(_ rows: [AnyRow]) {}
}
