/// How the names in statements are resolved.
///
/// PostgreSQL prefers a function, an operator or a type that fits better to its own, in whatever schema of the search path
/// it is, and runs it with the gate's rights. So the search path of the gate's connections is PostgreSQL's own schema, and
/// statements name the gate's objects with their schema.
extension PostgreSQLConnection {
    /// The search path in which nobody else can create anything. Temporary objects would come first if they were not named.
    static let ownSearchPath = "pg_catalog, pg_temp"

    /// The settings of ``enterSchema(_:keepsSearchPath:deadline:)``.
    ///
    /// Without row security a policy on a table that somebody else has put in the place of one of the gate's is an error,
    /// and not run.
    static let schemaSettings = ["SET search_path = \(PostgreSQLConnection.ownSearchPath)", "SET row_security = off"]

    /// Determines the schema of the gate's tables, and restricts the search path to PostgreSQL's own schema.
    ///
    /// Behind a pooler, which would pass the setting on to other clients, the search path stays as it is:
    /// ``Migrations/requireClosedSchema(on:)`` refuses one with a schema in which others may create.
    ///
    /// - Parameters:
    ///   - configured: The schema of the gate's tables; nil for the first one in the connection's search path.
    ///   - keepsSearchPath: True for a connection that runs the operator's statements, which are meant for that path, and
    ///     if the caller changes it with ``schemaSettings``.
    ///   - deadline: The maximum wait for the server.
    /// - Throws: ``PostgreSQLError``, also if the search path names no schema that exists.
    package func enterSchema(
        _ configured: String?, keepsSearchPath: Bool = false, deadline: Duration
    ) throws(PostgreSQLError) {
        schema = Schema(try schemaName(configured, deadline: deadline))
        guard keepsState, !keepsSearchPath else { return }
        try script(Self.schemaSettings.joined(separator: "; "), deadline: deadline)
    }

    /// Returns the name of the schema of the gate's tables.
    /// - Parameters:
    ///   - configured: The schema; nil for the first one in the search path that the connection was opened with.
    ///   - deadline: The maximum wait for the server.
    /// - Throws: ``PostgreSQLError``, also if the search path names no schema that exists.
    func schemaName(_ configured: String?, deadline: Duration) throws(PostgreSQLError) -> String {
        if let configured { return configured }
        let first: String? =
            if let introduction {
                introduction.firstSchema
            } else {
                try query("SELECT pg_catalog.current_schema()", deadline: deadline).optionalText(0, 0)
            }
        guard let first else {
            throw .unusable("the search path names no schema that exists: choose one", part: .schema)
        }
        return first
    }

    /// Restricts the search path until the end of the transaction, which works behind a pooler too.
    /// - Throws: ``PostgreSQLError``
    func restrictSearchPathInTransaction(deadline: Duration) throws(PostgreSQLError) {
        try script("SET LOCAL search_path = \(Self.ownSearchPath)", deadline: deadline)
    }

    /// Returns the schemas of the search path that the connection was opened with, and restricts the search path again. Must
    /// be called within a transaction.
    /// - Throws: ``PostgreSQLError``
    func openedSearchPath(deadline: Duration) throws(PostgreSQLError) -> [String] {
        try restoreSearchPathInTransaction(deadline: deadline)
        let path = try run(ReadSearchPath(), in: schema, deadline: deadline)
        try restrictSearchPathInTransaction(deadline: deadline)
        return path
    }

    /// Returns to the search path that the connection was opened with, and to its row security, until the end of the
    /// transaction.
    /// - Throws: ``PostgreSQLError``
    func restoreSearchPathInTransaction(deadline: Duration) throws(PostgreSQLError) {
        try script("SET LOCAL search_path TO DEFAULT; SET LOCAL row_security TO DEFAULT", deadline: deadline)
    }
}
