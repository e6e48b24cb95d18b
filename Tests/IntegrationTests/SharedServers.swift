import Synchronization
import TestSupport

/// The servers that suites share: started when first needed, stopped when the tests end. A test that stops or freezes a
/// server makes one of its own.
enum SharedServers {
    static let folder = Result { try TestFolder() }
    static let postgreSQL = Result { try PostgreSQLServer(in: folder.get(), maxConnections: 800) }
    private static let databases = Mutex(0)

    /// The shared PostgreSQL and a new, empty database in it.
    static func newDatabase() throws -> (server: PostgreSQLServer, name: String) {
        let server = try postgreSQL.get()
        let number = databases.withLock { count in
            count += 1
            return count
        }
        let name = "test\(number)"
        try server.createDatabase(name)
        return (server, name)
    }
}
