/// The checks that nobody else can create objects beside the gate's, or has.
extension Migrations {
    /// Refuses a schema of the gate's tables in which others may create objects, and behind a pooler, where the search
    /// path cannot be set, each such schema in that path. Changes nothing.
    ///
    /// - Parameter connection: A connection of any role.
    /// - Throws: ``PostgreSQLError``; ``PostgreSQLError/unusable(_:part:)`` with the statements to run.
    package func requireClosedSchema(on connection: PostgreSQLConnection) throws(PostgreSQLError) {
        let home = try existingSchema(on: connection)
        try connection.transaction(deadline: Self.deadline) { () throws(PostgreSQLError) in
            let path = connection.isShared ? try connection.openedSearchPath(deadline: Self.deadline) : []
            try connection.restrictSearchPathInTransaction(deadline: Self.deadline)
            let find = FindSchemaCreators(schemas: [home], areChosen: schema != nil)
            if let creators = try connection.run(find, in: connection.schema, deadline: Self.deadline).first {
                throw .unusable(
                    "\(creators.fact), beside the gate's: run \(creators.remedy); or choose another schema",
                    part: .schema)
            }
            let findInPath = FindSchemaCreators(schemas: path, areChosen: false)
            if !path.isEmpty,
                let creators = try connection.run(findInPath, in: connection.schema, deadline: Self.deadline).first
            {
                throw .unusable(
                    "\(creators.fact), which is in the search path behind the connection pooler: run \(creators.remedy); "
                        + "or set another path: ALTER ROLE \(creators.gate) SET search_path = …")
            }
        }
    }

    /// Refuses to add to tables of another role, whose triggers would run with the rights of this one.
    /// - Throws: ``PostgreSQLError``; ``PostgreSQLError/unusable(_:part:)`` with the name of that role.
    func requireOwner(on connection: PostgreSQLConnection, _ schema: String) throws(PostgreSQLError) {
        let stranger = try connection.query(
            """
            SELECT pg_catalog.pg_get_userbyid(c.relowner), current_user
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
             WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND c.relname OPERATOR(pg_catalog.=) $2::pg_catalog.name
               AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')
            """, [.text(schema), .text(Self.table)], deadline: Self.deadline)
        guard stranger.rowCount == 0 else {
            throw .unusable(
                "the tables in the schema \(Schema.identifier(schema)) belong to the role \(stranger.text(0, 0)), and "
                    + "\(stranger.text(0, 1)) cannot update them: run 'authfcgi migrate' as their owner")
        }
    }
}
