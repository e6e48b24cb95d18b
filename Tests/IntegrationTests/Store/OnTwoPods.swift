import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// A suite with two stores with the default memory, as those of two pods, on a database of their own.
protocol OnTwoPods {
    var server: PostgreSQLServer { get }
    var database: String { get }
    var one: TestStore { get }
    var two: TestStore { get }
}

extension OnTwoPods {
    /// The statement that adds the users ann, with the id 1, and bob, with the id 2.
    static var annAndBob: String {
        "INSERT INTO authfcgi_users (id, username, password_hash) VALUES ('1', 'ann', 'x'), ('2', 'bob', 'x')"
    }

    /// Makes the database and starts the stores.
    static func startTwo() async throws -> (
        server: PostgreSQLServer, database: String, one: TestStore, two: TestStore
    ) {
        let (server, database) = try SharedServers.newDatabase()
        let url = server.url(database: database)
        return (server, database, try await TestStore.startKeeping(url), try await TestStore.startKeeping(url))
    }

    @discardableResult
    func psql(_ sql: String) throws -> String { try server.psql(sql, database: database) }

    /// Creates a session that both stores have in memory.
    func signIn(_ id: String = "1") async throws -> SessionToken {
        let user = try #require(try await one.store.user(id: id))
        let token = try #require(try await one.store.createAccessToken(for: user, origin: SessionOrigin())).token
        for pod in [one, two] { try await pod.warm(token) }
        return token
    }

    /// Waits until somebody waits for a lock in the database.
    func waitForLock() async throws {
        let deadline = Deadline(within: .seconds(5))
        while try server.waitingForLocks(in: database) == 0 {
            try #require(!deadline.hasPassed, "nobody waits for a lock")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
