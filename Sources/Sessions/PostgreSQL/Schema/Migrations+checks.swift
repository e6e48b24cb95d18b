/// The checks of the tables before they are used or changed. They change nothing.
extension Migrations {
    /// Checks that the tables, if there are any, are not those of an incompatible version or of another program, and that
    /// the connection's role can make or read them. Missing steps are no error.
    ///
    /// - Returns: The number of the latest step that was applied; 0 for none.
    /// - Throws: ``PostgreSQLError``; ``PostgreSQLError/unusable(_:part:)`` if an operator has to choose another schema
    ///   or database, or to grant a right.
    @discardableResult
    package func check(on connection: PostgreSQLConnection) throws(PostgreSQLError) -> Int {
        let schema = try existingSchema(on: connection)
        let applied = try readableSteps(on: connection, schema)
        if applied.isEmpty { try refuseForeignTables(on: connection, schema) }
        if applied[Self.latest] == nil {
            try requireOwner(on: connection, schema)
            try requireCreation(on: connection, schema)
        }
        return applied.keys.max() ?? 0
    }

    /// Checks that the tables are there and can be used, for a program that neither makes nor updates them.
    ///
    /// - Returns: The number of the latest step that was applied.
    /// - Throws: ``PostgreSQLError``; ``PostgreSQLError/notReady(_:)`` if tables or steps are missing;
    ///   ``PostgreSQLError/unusable(_:part:)`` if an operator has to choose another schema or database.
    @discardableResult
    package func look(on connection: PostgreSQLConnection) throws(PostgreSQLError) -> Int {
        let schema = try existingSchema(on: connection)
        let applied = try readableSteps(on: connection, schema)
        guard let newest = applied.keys.max() else {
            try refuseForeignTables(on: connection, schema)
            throw .notReady(
                isResumed
                    ? Self.incomplete(Schema(schema))
                    : "the schema \(Schema.identifier(schema)) has no tables yet: run authfcgi migrate")
        }
        guard applied[Self.latest] != nil else {
            throw .notReady(
                "the tables in the schema \(Schema.identifier(schema)) are older than this program (they are at migration "
                    + "\(newest), and it needs \(Self.latest)): run authfcgi migrate")
        }
        try requireRows(on: connection, schema)
        return newest
    }

    /// Checks that the tables can be used, on the connection of a program that makes none now.
    /// - Throws: as ``look(on:)``
    func requireTables(on connection: PostgreSQLConnection) throws(PostgreSQLError) { _ = try look(on: connection) }

    /// The same for a program that has used the tables before.
    var resumed: Migrations {
        Migrations(
            schema: schema, lifetime: lifetime, rememberedLifetime: rememberedLifetime, applies: applies,
            isResumed: true)
    }

    /// Refuses tables to which a newer program has applied steps that this one does not know.
    func requireKnownSteps(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) {
        let newest = try readableSteps(on: connection, schema).keys.max() ?? 0
        guard newest <= Self.latest else { throw .unusable(Self.newer(schema, newest), part: .schema) }
    }

    /// Returns the text about tables to which a newer program has applied steps.
    static func newer(_ schema: String, _ newest: Int) -> String {
        "the tables in the schema \(Schema.identifier(schema)) are newer than this program (they are at migration \(newest), "
            + "and it knows \(latest)): use the version that has updated them, or a later one"
    }

    /// Returns the name of the schema to use, which exists and is not PostgreSQL's own.
    func existingSchema(on connection: PostgreSQLConnection) throws(PostgreSQLError) -> String {
        let name = try connection.schemaName(schema, deadline: Self.deadline)
        guard !Self.isOfPostgreSQL(name) else {
            throw .unusable(
                schema == nil
                    ? "the search path begins with \(name), which is PostgreSQL's own: choose another schema"
                    : "the schema \(name) is PostgreSQL's own: choose another one", part: .schema)
        }
        // The text of the migrations has the name between dollar signs.
        guard !name.contains("$") else {
            throw .unusable("the schema \(name) has a $ in its name: choose another one", part: .schema)
        }
        let found = try connection.query(
            """
            SELECT pg_catalog.has_schema_privilege(oid, 'USAGE'), pg_catalog.quote_ident(current_user)
              FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name
            """, [.text(name)], deadline: Self.deadline)
        guard found.rowCount == 1 else {
            throw .unusable(
                "there is no schema \(Schema.identifier(name)): create it (CREATE SCHEMA) or choose one that exists",
                part: .schema)
        }
        guard found.text(0, 0) == "t" else {
            throw refused(
                "the role \(found.text(0, 1)) may not use the schema \(Schema.identifier(name)): run, as its owner, "
                    + "GRANT USAGE ON SCHEMA \(Schema.identifier(name)) TO \(found.text(0, 1))")
        }
        return name
    }

    private static func isOfPostgreSQL(_ schema: String) -> Bool {
        schema.hasPrefix("pg_") || schema == "information_schema"
    }

    /// Returns the error of a right that is missing. Who leaves the tables to another process waits for it to grant.
    func refused(_ text: String) -> PostgreSQLError { applies ? .unusable(text) : .notReady(text) }

    /// Refuses a schema in which the connection's role cannot make tables.
    func requireCreation(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) {
        let right = try connection.query(
            """
            SELECT pg_catalog.has_schema_privilege(oid, 'CREATE'), pg_catalog.quote_ident(current_user)
              FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name
            """, [.text(schema)], deadline: Self.deadline)
        guard right.rowCount == 1, right.text(0, 0) != "t" else { return }
        throw .unusable(
            "the role \(right.text(0, 1)) may not create tables in the schema \(Schema.identifier(schema)): run, as its "
                + "owner, GRANT CREATE ON SCHEMA \(Schema.identifier(schema)) TO \(right.text(0, 1)); or choose a schema of "
                + "its own", part: .schema)
    }

    /// Returns the names of the applied steps by their numbers; empty if the table of steps does not exist.
    ///
    /// - Throws: ``PostgreSQLError/unusable(_:part:)`` if an applied step has another name than this program's step
    ///   with the same number.
    func applied(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) -> [Int: String] {
        guard try hasTable(on: connection, schema) else { return [:] }
        let applied = try connection.namingLock(on: "\(Schema.identifier(schema)).\(Self.table)") {
            () throws(PostgreSQLError) in try recordedSteps(on: connection, schema)
        }
        if let step = Self.objection(to: applied) {
            throw .unusable(
                "the tables in the schema \(Schema.identifier(schema)) are of an incompatible version of authfcgi "
                    + "(migration \(step.number) is called \(step.there) there, and \(step.here) here), and they are "
                    + "left as they are: use an empty database, or create another schema and choose that",
                part: .schema)
        }
        return applied
    }

    /// Returns the rows of the table of steps, which is there. No migration keeps anybody from reading it, so that the wait for
    /// a lock is short.
    /// - Throws: ``PostgreSQLError/unusable(_:part:)`` if it is another program's table with the same name.
    private func recordedSteps(
        on connection: PostgreSQLConnection, _ schema: String
    ) throws(PostgreSQLError) -> [Int: String] {
        do throws(PostgreSQLError) {
            // A script is one transaction, also behind a pooler.
            try connection.sendScript(
                "\(PostgreSQLConnection.lockLimitInTransaction(Self.readLockWait)); "
                    + "SELECT number, name FROM \(Schema.identifier(schema)).\(Self.table)")
            let rows = try connection.wait(for: Self.deadline)
            var applied: [Int: String] = [:]
            for row in 0..<rows.rowCount {
                if let number = Int(rows.text(row, 0)) { applied[number] = rows.text(row, 1) }
            }
            return applied
        } catch {
            guard case .server(.undefinedColumn, _) = error else { throw error }
            throw foreign("table", Self.table, schema)
        }
    }

    /// Returns the same as ``applied(on:_:)``, and states which rights a role without them lacks.
    func readableSteps(
        on connection: PostgreSQLConnection, _ schema: String
    ) throws(PostgreSQLError) -> [Int: String] {
        do throws(PostgreSQLError) {
            return try applied(on: connection, schema)
        } catch {
            guard error.isRefusedPermission else { throw error }
            let faults = try faults(on: connection, schema)
            // Without rights, so that also 'migrate' cannot read the steps: a statement for an administrator.
            if let hidden = faults.first(where: { $0.kind == .rowSecurity && $0.objects.contains(Self.table) }) {
                throw .unusable("\(hidden.fact): \(hidden.remedyOfAdministrator)")
            }
            throw refused(Self.lack(in: faults) ?? error.reason)
        }
    }

    func hasTable(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) -> Bool {
        try connection.query(
            """
            SELECT 1 FROM pg_catalog.pg_tables
             WHERE schemaname OPERATOR(pg_catalog.=) $1::pg_catalog.name
               AND tablename OPERATOR(pg_catalog.=) $2::pg_catalog.name
            """, [.text(schema), .text(Self.table)], deadline: Self.deadline
        ).rowCount == 1
    }

    /// Refuses a schema that has a relation or a function with one of the gate's names although no step was applied: it belongs
    /// to another program. While a dump is restored the gate's own are there, mostly with their comments, and no step is.
    func refuseForeignTables(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) {
        let found = try connection.query(
            """
            SELECT o.kind, o.name, o.is_ours FROM (
                SELECT 'table' AS kind, c.relname AS name, c.relnamespace AS home,
                       pg_catalog.starts_with(pg_catalog.obj_description(c.oid, 'pg_class'), 'AuthFCGI') IS TRUE AS is_ours
                  FROM pg_catalog.pg_class c WHERE c.relname OPERATOR(pg_catalog.=) ANY ($2::pg_catalog.name[])
                UNION ALL
                SELECT 'function', p.proname, p.pronamespace,
                       pg_catalog.starts_with(pg_catalog.obj_description(p.oid, 'pg_proc'), 'AuthFCGI') IS TRUE
                  FROM pg_catalog.pg_proc p WHERE p.proname OPERATOR(pg_catalog.=) ANY ($3::pg_catalog.name[])) o
              JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) o.home
             WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name
             ORDER BY o.is_ours LIMIT 1
            """,
            [.text(schema), .texts(SchemaObjects.relations), .texts(SchemaObjects.functions.map(\.name))],
            deadline: Self.deadline)
        guard found.rowCount == 1 else { return }
        let isRestored = try hasTable(on: connection, schema)
        guard !isRestored, !isResumed, found.text(0, 2) != "t" else {
            throw .notReady(Self.incomplete(Schema(schema)))
        }
        throw foreign(found.text(0, 0), found.text(0, 1), schema)
    }

    /// Returns the error of an object that belongs to another program.
    private func foreign(_ kind: String, _ name: String, _ schema: String) -> PostgreSQLError {
        .unusable(
            "the schema \(Schema.identifier(schema)) has a \(kind) \(name) that authfcgi did not make, "
                + "and it is left as it is: rename it, or create another schema and choose that",
            part: .schema)
    }
}
