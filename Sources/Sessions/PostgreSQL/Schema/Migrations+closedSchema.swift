/// The check that nobody else can create objects beside the gate's.
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
}
