import Logging
import TestSupport

@testable import Sessions

/// A database with the newest tables, a user and a session, in which statements are tried and leave no trace.
struct StatementTrial: RunsCommands {
    let server: PostgreSQLServer
    let database: String
    private let owner: PostgreSQLConnection
    private let servingRole: PostgreSQLConnection

    private static let limit = Duration.seconds(10)

    init() throws {
        (server, database) = try SharedServers.emptyDatabase()
        let role = "\(database)_serving"
        try server.psql("CREATE ROLE \(role) LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC", database: database)
        let migrated = try ServerProcess.run(
            GateProcess.executable, ["migrate", "--grant-to", role],
            environment: ["DATABASE_URL": server.url(database: database)])
        guard migrated.status.isSuccess else { throw SupportError.unexpected("migrate failed: \(migrated)") }
        owner = try Self.connect(server.url(database: database))
        servingRole = try Self.connect(server.url(user: role, database: database))
        for statement in StatementCatalog.fixtures {
            let state = try run(statement, on: owner, keepsChanges: true)
            guard state == ReleasedStatement.success else {
                throw SupportError.unexpected("\(statement.name) failed with \(state)")
            }
        }
    }

    private static func connect(_ url: String) throws -> PostgreSQLConnection {
        let log = Logger(label: "trial") { _ in SwiftLogNoOpLogHandler() }
        let connection = try PostgreSQLConnection(Secret(url), log: log)
        try connection.introduce(isPooled: false, deadline: limit)
        try connection.enterSchema(nil, deadline: limit)
        return connection
    }

    /// Returns the statement with the answers of this database.
    func attempt(_ statement: ReleasedStatement) throws -> ReleasedStatement {
        var tried = statement
        (tried.parameterTypes, tried.columns) = try describe(statement)
        tried.ofOwner = try run(statement, on: owner)
        tried.ofServingRole = try run(statement, on: servingRole)
        return tried
    }

    /// Returns the types of the parameters and the columns; both empty if the statement cannot be prepared at all.
    private func describe(_ statement: ReleasedStatement) throws -> (parameterTypes: String, columns: String) {
        do throws(PostgreSQLError) {
            try owner.prepare("released", Self.text(statement), deadline: Self.limit)
        } catch {
            _ = try Self.state(of: error)
            return ("", "")
        }
        let types = try owner.query(
            "SELECT parameter_types::pg_catalog.text FROM pg_catalog.pg_prepared_statements WHERE name = 'released'",
            deadline: Self.limit)
        let columns = try columns(statement)
        try owner.script("DEALLOCATE released", deadline: Self.limit)
        return (types.text(0, 0), columns)
    }

    private func columns(_ statement: ReleasedStatement) throws -> String {
        let nulls = statement.parameters.map { _ in "NULL" }.joined(separator: ", ")
        let arguments = nulls.isEmpty ? "" : "(\(nulls))"
        return try inTransaction(owner) {
            do throws(PostgreSQLError) {
                try owner.script(
                    "CREATE TEMPORARY TABLE released_columns AS EXECUTE released\(arguments) WITH NO DATA",
                    deadline: Self.limit)
            } catch {
                _ = try Self.state(of: error)
                return ""
            }
            let columns = try owner.query(
                """
                SELECT pg_catalog.string_agg(attname || ' ' || pg_catalog.format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
                  FROM pg_catalog.pg_attribute WHERE attrelid = 'pg_temp.released_columns'::regclass AND attnum > 0
                """, deadline: Self.limit)
            return columns.optionalText(0, 0) ?? ""
        }
    }

    /// Runs a statement and returns its SQLSTATE.
    private func run(
        _ statement: ReleasedStatement, on connection: PostgreSQLConnection, keepsChanges: Bool = false
    ) throws -> String {
        try inTransaction(connection, keepsChanges: keepsChanges) {
            let parameters = statement.parameters.map { PostgreSQLParameter.optional($0) }
            do throws(PostgreSQLError) {
                _ = try connection.query(Self.text(statement), parameters, deadline: Self.limit)
                return ReleasedStatement.success
            } catch {
                return try Self.state(of: error)
            }
        }
    }

    private func inTransaction<T>(
        _ connection: PostgreSQLConnection, keepsChanges: Bool = false, _ work: () throws -> T
    ) throws -> T {
        try connection.script("BEGIN", deadline: Self.limit)
        let result = Result { try work() }
        try connection.script(keepsChanges ? "COMMIT" : "ROLLBACK", deadline: Self.limit)
        return try result.get()
    }

    /// Returns the SQLSTATE of an error of the server.
    private static func state(of error: PostgreSQLError) throws -> String {
        guard case .server(let state, _) = error else { throw error }
        return state.code
    }

    private static func text(_ statement: ReleasedStatement) -> String {
        statement.sql.replacing("\"@schema@\"", with: "\"public\"")
    }
}
