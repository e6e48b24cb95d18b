/// Whether the tables are there with all their rows. A restore makes triggers last, when it has loaded all rows: until then
/// nothing may be read, since sessions would seem to have ended, and nothing written, since the restore would fail. A restore
/// that removes the old tables first (`pg_restore --clean`) begins with the triggers. So a look-up that finds no row looks at
/// them in the same statement: then the connection was opened to the old tables.
extension Migrations {
    /// Returns an SQL expression that is true if the tables have their rows. Any role may evaluate it, also without tables.
    /// - Parameter tables: The schema of the gate's tables.
    static func presence(in tables: Schema) -> String {
        let names = SchemaObjects.triggers.filter { $0.table == "session_tokens" }.map(\.name)
        return """
            EXISTS (SELECT FROM pg_catalog.pg_trigger t \
            JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.tgrelid \
            JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace \
            WHERE n.nspname OPERATOR(pg_catalog.=) \(tables.literal) \
            AND c.relname OPERATOR(pg_catalog.=) 'session_tokens'::pg_catalog.name \
            AND t.tgname OPERATOR(pg_catalog.=) ANY ('{\(names.joined(separator: ","))}'::pg_catalog.name[]))
            """
    }

    /// Refuses tables without their rows.
    /// - Throws: ``PostgreSQLError``; ``PostgreSQLError/notReady(_:)``
    func requireRows(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) {
        let isPresent = try connection.query("SELECT \(Self.presence(in: Schema(schema)))", deadline: Self.deadline)
        guard isPresent.text(0, 0) == "t" else { throw .notReady(Self.incomplete(Schema(schema))) }
    }

    /// Returns the text about tables that are not there, or without their rows. It is the same from the first to the last
    /// moment of a restore, so that the log has it once.
    static func incomplete(_ schema: Schema) -> String {
        "the gate's tables in the schema \(schema.name.map(Schema.identifier) ?? "of the search path") are missing or "
            + "incomplete: waiting until they are restored, or made by authfcgi migrate"
    }

    /// Returns columns of a SELECT that tell whether the tables are there, with all steps and their rows, so that a
    /// connection that replaces a lost one needs no round trip for it.
    /// - Parameter tables: The schema of the gate's tables.
    func completeness(in tables: Schema) -> String {
        """
        pg_catalog.array_to_string(ARRAY(SELECT m.number || ' ' || m.name FROM \(tables)\(Self.table) m), ',') AS applied, \
        \(Self.presence(in: tables)) AS is_present
        """
    }

    /// Reads the columns of ``completeness(in:)``, in text form.
    /// - Returns: True if ``look(on:)`` would find nothing.
    /// - Throws: ``PostgreSQLError/confusion(_:)``
    func isComplete(_ result: borrowing PostgreSQLResult) throws(PostgreSQLError) -> Bool {
        var applied: [Int: String] = [:]
        for step in result.text(0, try result.column("applied")).split(separator: ",") {
            let words = step.split(separator: " ", maxSplits: 1)
            if words.count == 2, let number = Int(words[0]) { applied[number] = String(words[1]) }
        }
        return result.text(0, try result.column("is_present")) == "t" && applied[Self.latest] != nil
            && Self.objection(to: applied) == nil
    }
}

extension PostgreSQLConnection {
    /// Refuses a schema whose tables are not there with all their rows.
    /// - Parameters:
    ///   - statements: Statements to run before, in the same round trip.
    ///   - deadline: The maximum wait.
    /// - Throws: ``PostgreSQLError``; ``PostgreSQLError/notReady(_:)``
    func requireTables(after statements: [String] = [], deadline: Duration) throws(PostgreSQLError) {
        let isPresent = try runBatch(
            statements, preparing: [], last: "SELECT \(Migrations.presence(in: schema))", deadline: deadline)
        guard isPresent.text(0, 0) == "t" else { throw .notReady(Migrations.incomplete(schema)) }
    }
}
