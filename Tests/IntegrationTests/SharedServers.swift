import Logging
import Sessions
import Synchronization
import TestSupport

/// The servers that suites share. They are started when first used and stopped when the tests end. A test that stops or
/// freezes a server starts its own.
enum SharedServers {
    static let folder = Result { try TestFolder() }
    static let postgreSQL = Result {
        try PostgreSQLServer(
            // A worker in each of some hundred databases every minute would take a tenth of the processor.
            in: folder.get(), maxConnections: 800, settings: ["autovacuum": "off"])
    }
    private static let databases = Mutex(0)

    /// A migrated database that is copied for tests, because migrations take much longer.
    private static let template = Result { () throws -> String in
        let (server, name) = try emptyDatabase()
        let log = Logger(label: "template") { _ in SwiftLogNoOpLogHandler() }
        let connection = try PostgreSQLConnection(server.url(database: name), log: log)
        try Migrations(schema: nil, lifetime: .seconds(86400)).run(on: connection, log: log)
        return name
    }

    /// Returns the shared PostgreSQL and a new database in it, with the program's tables and its own secrets.
    static func newDatabase() throws -> (server: PostgreSQLServer, name: String) {
        let (template, server) = (try template.get(), try postgreSQL.get())
        let name = newName()
        try server.createDatabase(name, from: template)
        try server.psql(freshSecrets(for: name, of: server), database: name)
        return (server, name)
    }

    /// Returns the shared PostgreSQL and a new, empty database in it, for tests of migrations.
    static func emptyDatabase() throws -> (server: PostgreSQLServer, name: String) {
        let server = try postgreSQL.get()
        let name = newName()
        try server.createDatabase(name)
        return (server, name)
    }

    private static func newName() -> String {
        let number = databases.withLock { count in
            count += 1
            return count
        }
        return "test\(number)"
    }

    /// SQL that makes the copy equal to a database that was just migrated: random values are generated again (in tables
    /// with rows every bytea column is a secret), and times are set to now. It is generated once, from the first copy.
    private static let freshSecrets = Mutex<String?>(nil)

    private static func freshSecrets(for database: String, of server: PostgreSQLServer) throws -> String {
        try freshSecrets.withLock { statements in
            if let statements { return statements }
            let made = try makeFreshSecrets(for: database, of: server)
            statements = made
            return made
        }
    }

    private static func makeFreshSecrets(for database: String, of server: PostgreSQLServer) throws -> String {
        let updates = try server.psql(
            """
            SELECT a.attrelid::regclass, format('UPDATE %s SET %s', a.attrelid::regclass, string_agg(CASE t.typname
                       WHEN 'bytea' THEN format('%I = session_random_bytes()', a.attname)
                       ELSE format('%1$I = CASE WHEN isfinite(%1$I) THEN clock_timestamp() ELSE %1$I END', a.attname) END, ', '))
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
             WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
               AND NOT a.attisdropped AND a.attgenerated = '' AND t.typname IN ('bytea', 'timestamptz')
             GROUP BY a.attrelid
            """, database: database)
        let ofTablesWithRows = try updates.split(separator: "\n").compactMap { line -> String? in
            let columns = line.split(separator: "|", maxSplits: 1)
            let hasRows = try server.psql("SELECT EXISTS (SELECT FROM \(columns[0]))", database: database) == "t"
            return hasRows ? String(columns[1]) : nil
        }
        // As if a gate with Redis had been started before, so that the first check uses Redis.
        let others = ["UPDATE session_channel SET channel = DEFAULT", "SELECT make_redis_seal_key(true)"]
        return (ofTablesWithRows + others).joined(separator: ";\n")
    }
}
