import Glibc
import TestSupport

/// Two pods over one PostgreSQL, each with a path of its own to it that can be blocked.
final class HammerSite: Sendable {
    let postgreSQL: PostgreSQLServer
    let pods: [Pod]
    /// What each pod's connections to PostgreSQL go through.
    let paths: [SocketProxy]

    /// D: within which time an acknowledged end counts everywhere.
    static let revocationDelay = Duration.seconds(1)

    private let folder: TestFolder

    init() throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder)
        self.folder = folder
        postgreSQL = server
        let sockets = try (1...2).map { try folder.makeFolder("path\($0)") }
        paths = try sockets.map { try SocketProxy(before: server, socketFolder: $0) }
        pods = try sockets.enumerated().map { index, socket in
            let environment = ["DATABASE_URL": server.url(through: socket), "REVOCATION_DELAY": "1s"]
            return try Pod(in: folder, name: "pod\(index + 1)", server: server, environment: environment)
        }
    }

    /// Ends whatever fault there may still be, but for processes that are gone.
    func heal() throws {
        for path in paths {
            path.resume()
            path.delay(.zero)
        }
        for pod in pods {
            for worker in try pod.gate.workers { kill(worker, SIGCONT) }
        }
        postgreSQL.resume()
    }
}
