import TestSupport

/// Pods that share one PostgreSQL, which logs every statement with its parameters.
final class Site: Sendable {
    let folder: TestFolder
    let postgreSQL: PostgreSQLServer
    let pods: [Pod]

    /// Starts the pods. `extra` and `listeners` are as for a `Pod`, and are the same for each.
    ///
    /// - Parameter workers: The number of workers of each gate.
    init(pods count: Int = 1, workers: Int = 2, extra: String = "", listeners: [String] = []) throws {
        let folder = try TestFolder()
        let server = try PostgreSQLServer(in: folder, settings: ["log_statement": "all"])
        self.folder = folder
        postgreSQL = server
        pods = try (1...count).map {
            try Pod(in: folder, name: "pod\($0)", server: server, workers: workers, extra: extra, listeners: listeners)
        }
    }

    /// Starts another nginx in front of each gate of a site, as a `Pod` beside another does.
    init(beside site: Site) throws {
        folder = site.folder
        postgreSQL = site.postgreSQL
        pods = try site.pods.map { try Pod(beside: $0) }
    }

    /// Starts a site whose gates nginx asks over HTTP, and beside it one whose nginx asks the same gates over FastCGI.
    static func overBothProtocols(_ make: () throws -> Site) throws -> (http: Site, fastCGI: Site) {
        let site = try GateProtocol.$current.withValue(.http) { try make() }
        return (site, try GateProtocol.$current.withValue(.fastCGI) { try Site(beside: site) })
    }

    /// The first pod, for sites with only one.
    var pod: Pod { pods[0] }
}
