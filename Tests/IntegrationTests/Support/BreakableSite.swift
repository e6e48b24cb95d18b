import Glibc
import TestSupport

/// Pods over one PostgreSQL and one Redis, each with a path of its own to either that can be blocked.
final class BreakableSite: Sendable {
    let postgreSQL: PostgreSQLServer
    let redis: RedisServer
    let pods: [Pod]
    /// What each pod's connections to PostgreSQL go through.
    let paths: [SocketProxy]
    /// What each pod's connections to Redis go through.
    let redisPaths: [SocketProxy]

    /// D: within which time an acknowledged end counts everywhere.
    static let revocationDelay = Duration.seconds(1)
    /// How long the look-up of a check may take.
    static let queryDeadline = Duration.milliseconds(700)

    private let folder: TestFolder

    /// - Parameters:
    ///   - workers: of each gate.
    ///   - environments: of the gates, one for each pod; win over what is set here.
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

    /// Ends whatever fault there may still be, but for processes that are gone.
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
