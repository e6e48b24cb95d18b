/// Finds out which of the tables that must have a row have none.
struct FindEmptyTables: Statement {
    /// A table without a row, and the SQL statement that inserts it.
    struct Finding: Sendable {
        let name: String
        let remedy: String
    }

    /// The tables to look at; at least one.
    let tables: [FindSingleRowTables.Table]

    typealias Row = Finding
    typealias Answer = [SchemaFault]
    static let isIdempotent = true

    func sql(in schema: Schema) -> String {
        tables.map { table in
            // No schema of the gate has a $ in its name.
            """
            SELECT '\(table.name)' AS name, $remedy$\(Self.remedy(table.name, schema))$remedy$ AS remedy \
            WHERE NOT EXISTS (SELECT FROM \(schema)\(table.name))
            """
        }.joined(separator: " UNION ALL ")
    }

    /// Returns the statement that inserts a table's row. Of the lost epochs the sessions have kept the last one: whenever it is
    /// raised, the sessions of earlier ones end.
    private static func remedy(_ table: String, _ schema: Schema) -> String {
        guard table == "authfcgi_state" else {
            return "INSERT INTO \(schema)\(table) DEFAULT VALUES ON CONFLICT DO NOTHING"
        }
        return """
            INSERT INTO \(schema)\(table) (epoch, ended_before) SELECT e.last, e.last \
            FROM (SELECT coalesce(max(s.general_epoch), 0) AS last FROM \(schema)session_tokens s) e ON CONFLICT DO NOTHING
            """
    }

    func decode(_ row: PostgreSQLRow) throws(PostgreSQLError) -> Finding {
        Finding(name: try row.text("name"), remedy: try row.text("remedy"))
    }

    /// Returns one fault for all tables.
    func answer(_ rows: [Finding]) -> [SchemaFault] {
        guard !rows.isEmpty, let table = tables.first else { return [] }
        return [
            SchemaFault(
                kind: .rows, objects: rows.map(\.name), remedies: rows.map(\.remedy), owner: table.owner,
                role: table.role, isOwner: table.isOwner)
        ]
    }
}
