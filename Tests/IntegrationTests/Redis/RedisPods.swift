import EventLoop
import TestSupport
import Testing

@testable import Sessions

/// Stores with a shared database and a shared Redis, which they reach through a proxy. Two have no memory, so that the
/// source of each result can be determined. The third has the default configuration.
struct RedisPods {
    let folder: TestFolder
    let database: SharedDatabase
    let redis: RedisServer
    let proxy: SocketProxy
    /// The credentials in the stores' URLs.
    let login: String
    let pods: [TestStore]
    private let open = OpenStores()
    /// A valid token without a session.
    let invented: SessionToken

    /// Starts the servers and the stores, and waits until the stores use Redis.
    ///
    /// - Parameters:
    ///   - settings: The settings of Redis.
    ///   - login: The credentials as in a URL, with the `@`.
    ///   - deadline: The deadline of the stores' commands. A longer one lets a loaded machine answer from Redis too.
    init(
        settings: [String: String] = [:], login: String = "", deadline: Duration = .milliseconds(50),
        clock: ((TestFolder) throws -> FakeClock)? = nil
    ) async throws {
        folder = try TestFolder()
        database = try SharedDatabase()
        redis = try RedisServer(in: folder, settings: settings, clock: try clock?(folder))
        proxy = try SocketProxy(listening: .unix(folder.path("proxy.sock")), server: redis.endpoint)
        self.login = login
        var pods: [TestStore] = []
        for cached in [0, 0, 50_000] {
            pods.append(
                try await Self.pod(
                    database.url, redis: "unix://\(login)\(folder.path("proxy.sock"))", deadline: deadline
                ) { $0.cachedSessions = cached })
        }
        self.pods = pods
        for pod in pods { open.add(pod.store) }
        invented = try await #require(pods[0].store.readLane.keys).newToken()
        for pod in pods { try await Self.waitUntilItUsesRedis(pod) }
        try await Self.waitForHeartbeats(pods)
    }

    /// Waits until every store has read the epochs later than now. What it looks up is dated by that, and a store uses only
    /// what is younger than its own start.
    static func waitForHeartbeats(_ pods: [TestStore]) async throws {
        let start = BootInstant.now
        for pod in pods {
            try await eventually("a heartbeat is answered", within: .seconds(5), log: pod.log.text) {
                await pod.store.readLane.lastHeartbeat.map { $0 > start } ?? false
            }
        }
    }

    /// Returns a store with Redis.
    static func pod(
        _ url: String, redis: String, deadline: Duration = .milliseconds(50),
        _ configure: (inout SessionStore.Configuration) -> Void = { _ in }
    ) async throws -> TestStore {
        let location = try RedisLocation(parsing: redis)
        return try await TestStore.start(
            url,
            configured: { configuration in
                configuration.cachedSessions = 0
                configuration.recordsLastSeen = false
                configuration.cleanupInterval = nil
                configuration.redis = RedisConfiguration(location: location, deadline: deadline)
                configure(&configuration)
            })
    }

    /// Returns another store, which reaches Redis directly.
    func pod(_ configure: (inout SessionStore.Configuration) -> Void = { _ in }) async throws -> TestStore {
        let pod = try await Self.pod(database.url, redis: "unix://\(login)\(redis.socket)", configure)
        open.add(pod.store)
        try await Self.waitUntilItUsesRedis(pod)
        try await Self.waitForHeartbeats(pods)
        return pod
    }

    static func waitUntilItUsesRedis(_ pod: TestStore, within limit: Duration = .seconds(5)) async throws {
        try await eventually("Redis is in use", within: limit, log: pod.log.text) { await pod.store.usesRedis }
    }

    func tokens(_ count: Int) throws -> [SessionToken] {
        try TestStore.tokens(count, on: database.server, database.name)
    }

    /// Returns the key of a session's entry.
    static func key(_ token: SessionToken) -> String { "authfcgi:\(token.hash.hex)" }

    /// Checks sessions on both stores without a memory until they are answered from Redis.
    func share(_ tokens: [SessionToken]) async throws {
        for pod in pods.prefix(2) { for token in tokens { try await pod.awaitShared(token) } }
    }

    func connect() throws -> RedisClient { try RedisClient(redis) }
}

extension TestStore {
    /// Returns whether a check of the token is answered from Redis now. There must be no concurrent use of the store.
    func isShared(_ token: SessionToken) async throws -> Bool {
        let before = await store.counts[.fromRedis]
        let session = try await store.session(for: token)
        let after = await store.counts[.fromRedis]
        return session != nil && after > before
    }

    /// Checks the token until it is answered from Redis.
    func awaitShared(_ token: SessionToken, within limit: Duration = .seconds(5)) async throws {
        try await eventually("the session is answered from Redis", within: limit, every: .milliseconds(2)) {
            try await isShared(token)
        }
    }

    /// Checks the token until it is answered from Redis or memory.
    func awaitSharedOrKept(_ token: SessionToken) async throws {
        try await eventually("the session is not asked for") {
            let before = await store.counts[.lookUps]
            let session = try await store.session(for: token)
            let after = await store.counts[.lookUps]
            return session != nil && after == before
        }
    }
}
