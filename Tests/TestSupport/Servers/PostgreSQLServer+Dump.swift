extension PostgreSQLServer {
    /// Writes a dump of a database in pg_dump's own format.
    package func dump(_ database: String, to file: String) throws {
        try ServerProcess.output(
            ServerPrograms.postgreSQL("pg_dump"),
            ["--format=custom", "--file=\(file)", "--dbname=\(url(database: database))"])
    }

    /// Restores a dump into a database.
    ///
    /// - Parameters:
    ///   - options: The options of pg_restore.
    ///   - user: The role that restores, and owns what is restored with `--no-owner`.
    /// - Returns: The result, since pg_restore goes on after errors and fails at the end.
    package func restore(
        _ file: String, into database: String, _ options: [String] = [], user: String = "postgres"
    ) throws -> CommandResult {
        try ServerProcess.run(
            ServerPrograms.postgreSQL("pg_restore"),
            options + ["--dbname=\(url(user: user, database: database))", file])
    }
}
