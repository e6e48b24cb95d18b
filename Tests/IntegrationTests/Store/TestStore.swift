import EventLoop
import Logging
import Synchronization
import TestSupport

@testable import Sessions

/// A store in this process with a real PostgreSQL, and its log.
struct TestStore {
    let store: SessionStore
    let log: RecordedLog

    /// Starts a store without a memory, and waits until it can be used.
    static func start(
        _ url: String, waits: Bool = true, _ configure: (inout PostgreSQLConfiguration) -> Void = { _ in }
    ) async throws -> TestStore {
        try await start(
            url, waits: waits,
            configured: { configuration in
                configuration.cachedSessions = 0
                configuration.cleanupInterval = nil
                configure(&configuration.postgreSQL)
            })
    }

    /// Starts a store like an application, and waits until it can be used.
    static func start(
        _ url: String, waits: Bool = true, configured configure: (inout SessionStore.Configuration) -> Void
    ) async throws -> TestStore {
        var configuration = SessionStore.Configuration(postgreSQL: PostgreSQLConfiguration(url: Secret(url)))
        configure(&configuration)
        let log = RecordedLog()
        let store = await SessionStore(configuration, log: log.logger)
        await store.start()
        if waits { try await waitUntilReachable(store) }
        return TestStore(store: store, log: log)
    }

    /// Starts a store without a memory, on a server of its own that it reaches through a proxy.
    static func startBehindProxy() async throws -> (server: PostgreSQLServer, proxy: SocketProxy, pod: TestStore) {
        let (server, proxy, url) = try PostgreSQLServer.startBehindProxy()
        return (server, proxy, try await start(url))
    }

    static func waitUntilReachable(_ store: SessionStore, within limit: Duration = .seconds(10)) async throws {
        let deadline = Deadline(within: limit)
        while await !store.isReachable(within: .seconds(3)) {
            guard !deadline.hasPassed else { throw SupportError.timedOut("the store to be reachable", log: "") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Creates a session for a user with this name.
    func signIn(_ name: String = "ann") async throws -> (token: SessionToken, session: Session) {
        try await store.createAccessToken(for: Identity(userID: "id-\(name)", username: name))
    }

    /// Looks a session up, repeatedly until the look-up succeeds.
    func sessionOnceItAnswers(_ token: SessionToken, within limit: Duration = .seconds(10)) async throws -> Session? {
        let deadline = Deadline(within: limit)
        while true {
            do throws(SessionStoreError) {
                return try await store.session(for: token)
            } catch {
                guard !deadline.hasPassed else { throw error }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Returns the error of a look-up, or nil if it succeeds.
    func lookUpError(_ token: SessionToken) async -> SessionStoreError? {
        do throws(SessionStoreError) {
            _ = try await store.session(for: token)
            return nil
        } catch {
            return error
        }
    }
}

/// A logger that keeps its lines in memory.
final class RecordedLog: Sendable {
    private let lines = Mutex<[String]>([])

    var logger: Logger { Logger(label: "test") { [self] _ in Handler(log: self) } }
    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { log.lines.withLock { $0.append("\(event.level): \(event.message)") } }
    }
}

extension SessionStore {
    /// Returns the user with a name who may log in, or nil.
    func user(named username: String) async throws(SessionStoreError) -> UserRecord? {
        try await beginLogin(named: username, from: nil).0.user
    }
}
