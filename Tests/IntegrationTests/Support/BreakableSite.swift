import Glibc
import TestSupport

/// Pods with a shared PostgreSQL and a shared Redis. Each pod has its own path to either, which can be blocked.
final class BreakableSite: Sendable {
    let postgreSQL: PostgreSQLServer
    let redis: RedisServer
    let pods: [Pod]
    /// The proxies of each pod's connections to PostgreSQL.
    let paths: [SocketProxy]
    /// The proxies of each pod's connections to Redis.
    let redisPaths: [SocketProxy]

    /// The time within which an acknowledged revocation is effective on all pods.
    static let revocationDelay = Duration.seconds(1)
    /// The deadline of a check's look-up.
    static let queryDeadline = Duration.milliseconds(700)

    private let folder: TestFolder

    /// Starts the pods.
    ///
    /// - Parameters:
    ///   - workers: The number of workers of each gate.
    ///   - environments: The environments of the gates, one for each pod. They take precedence over the variables set
    ///     here.
    init(workers: Int = 2, environments: [[String: String]] = [[:], [:]]) throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        let redis = try RedisServer(in: folder)
        self.folder = folder
        postgreSQL = server
        self.redis = redis
        let sockets = try environments.indices.map { try folder.makeFolder("path\($0 + 1)") }
        paths = try sockets.map { try SocketProxy(before: server, socketFolder: $0) }
        redisPaths = try sockets.map {
            try SocketProxy(listening: .unix("\($0)/redis.sock"), server: redis.endpoint)
        }
        pods = try zip(sockets, environments).enumerated().map { index, pair in
            let (socket, environment) = pair
            let common = [
                "DATABASE_URL": server.url(through: socket), "REDIS_URL": "unix://\(socket)/redis.sock",
                "REVOCATION_DELAY": "1s",
            ]
            return try Pod(
                in: folder, name: "pod\(index + 1)", server: server, workers: workers,
                environment: common.merging(environment) { $1 })
        }
    }

    /// Ends all faults except for processes that have ended.
    func heal() throws {
        for path in paths + redisPaths {
            path.resume()
            path.deliver()
            path.delay(.zero)
        }
        for pod in pods {
            for worker in try pod.gate.workers { kill(worker, SIGCONT) }
        }
        postgreSQL.resume()
        redis.resume()
    }
}
