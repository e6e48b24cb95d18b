import TestSupport

@testable import Sessions

/// A new database on the shared server, and stores that use it.
struct SharedDatabase {
    let server: PostgreSQLServer
    let name: String

    init() throws {
        (server, name) = try SharedServers.newDatabase()
    }

    var url: String { server.url(database: name) }

    /// Starts a store with the default configuration, but without the clean-up.
    func store(_ configure: (inout SessionStore.Configuration) -> Void = { _ in }) async throws -> TestStore {
        try await TestStore.start(
            url,
            configured: { configuration in
                configuration.cleanupInterval = nil
                configure(&configuration)
            })
    }

    @discardableResult
    func psql(_ sql: String) throws -> String { try server.psql(sql, database: name) }

    func row(_ token: SessionToken) throws -> StoredSession { try StoredSession(token, in: name, of: server) }
}
