/// The making of a new key for tokens.
package struct TokenKeyRotation: ~Copyable {
    private let database: AdministrationConnection
    private static let deadline = Duration.seconds(60)

    /// - Parameter connection: A connection of the tables' owner, which has entered their schema.
    package init(_ connection: PostgreSQLConnection) {
        database = AdministrationConnection(connection, deadline: Self.deadline)
    }

    /// Makes the key. No worker uses it before all workers have had time to read it: its age counts from a moment after the
    /// transaction that made it, whose commit may take long where a standby confirms it.
    /// - Returns: The number of the key.
    /// - Throws: ``PostgreSQLError``. If it is thrown after the first transaction, the key is accepted and never used.
    package func run() throws(PostgreSQLError) -> Int {
        let generation = try database.transaction { () throws(PostgreSQLError) in
            let generation = try database.run(MakeTokenKey())
            try database.run(SetTokenKeyAge(generation: generation, isReady: false))
            return generation
        }
        try database.transaction { () throws(PostgreSQLError) in
            try database.run(SetTokenKeyAge(generation: generation, isReady: true))
        }
        return generation
    }
}
