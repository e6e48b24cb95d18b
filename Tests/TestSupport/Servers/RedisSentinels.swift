/// A Redis primary, its replica and three sentinels that watch over them, on ports of 127.0.0.1. A primary that does
/// not answer for half a second is replaced in about two.
///
/// With the last reference all are killed; their files stay for as long as the `TestFolder`.
package final class RedisSentinels: Sendable {
    /// What the sentinels call the two servers.
    package static let serviceName = "mymaster"

    /// The server that is the primary at first. It stays this one whatever it becomes.
    package let primary: RedisServer
    /// The server that is the replica at first.
    package let replica: RedisServer
    /// Each takes commands such as `SENTINEL FAILOVER mymaster`, and can be killed and frozen like a server.
    package let sentinels: [RedisServer]

    /// Makes them, starts them, and waits until every sentinel knows all others and could replace the primary.
    ///
    /// - Parameters:
    ///   - name: what the names of their folders in `folder` begin with.
    ///   - settings: directives for the two servers.
    ///   - password: of the two servers.
    ///   - sentinelPassword: of the sentinels themselves.
    package init(
        in folder: TestFolder, name: String = "ha", settings: [String: String] = [:], password: String? = nil,
        sentinelPassword: String? = nil
    ) throws {
        let ports = try Endpoint.freePorts(5)
        var settings = settings
        settings["requirepass"] = password
        settings["masterauth"] = password
        primary = try RedisServer(in: folder, name: "\(name)-a", settings: settings, tcpPort: ports[0])
        settings["replicaof"] = "127.0.0.1 \(ports[0])"
        let replica = try RedisServer(in: folder, name: "\(name)-b", settings: settings, tcpPort: ports[1])
        self.replica = replica
        // A sentinel asks the primary for its replicas every ten seconds, and at once when it starts.
        try eventually("the replica is in step", within: .seconds(20), log: replica.log) {
            try replica.command("INFO", "replication").contains("master_link_status:up")
        }
        let service = Self.serviceName
        let monitoring = [
            "monitor \(service) 127.0.0.1 \(ports[0]) 2", "down-after-milliseconds \(service) 500",
            "failover-timeout \(service) 3000", password.map { "auth-pass \(service) \($0)" },
            sentinelPassword.map { "sentinel-pass \($0)" },
        ]
        var directives = ["sentinel": monitoring.compactMap(\.self).joined(separator: "\n")]
        directives["requirepass"] = sentinelPassword
        sentinels = try ports[2...].enumerated().map { index, port in
            try RedisServer(
                in: folder, name: "\(name)-s\(index + 1)", directives: directives, tcpPort: port,
                options: ["--sentinel"])
        }
        try hurrySentinels()
        try waitUntilReady()
    }

    /// `redis+sentinel://…`, without passwords.
    package var url: String { "redis+sentinel://\(hosts)/\(Self.serviceName)" }

    /// The sentinels as a URL names them: `127.0.0.1:1,127.0.0.1:2,127.0.0.1:3`.
    package var hosts: String { sentinels.map(\.tcpEndpoint.description).joined(separator: ",") }

    /// Both servers, in the order of their start.
    package var servers: [RedisServer] { [primary, replica] }

    /// Who is the primary by the word of the sentinels that run.
    ///
    /// - Throws: also when they do not agree, as they may in the middle of a failover.
    package func currentPrimary() throws -> Endpoint {
        var answers: Set<String> = []
        for sentinel in sentinels where sentinel.isReady {
            answers.insert(try sentinel.command("SENTINEL", "get-master-addr-by-name", Self.serviceName))
        }
        guard answers.count == 1, let port = answers.first?.split(separator: "\n").last.flatMap({ UInt16($0) }) else {
            throw SupportError.unexpected("the sentinels name as the primary: \(answers.sorted())")
        }
        return .tcp(port: port)
    }

    /// Waits until the sentinels agree that the other server is the primary, and it knows so itself.
    ///
    /// - Returns: the new primary.
    @discardableResult
    package func waitForFailover(
        from old: RedisServer, within duration: Duration = .seconds(30)
    ) throws -> RedisServer {
        let new = old === primary ? replica : primary
        try eventually("the sentinels have a new primary", within: duration, log: sentinels[0].log) {
            // While they do not agree it is not done.
            guard let current = try? currentPrimary() else { return false }
            return try current == new.tcpEndpoint && new.command("ROLE").hasPrefix("master")
        }
        return new
    }

    /// Waits until every sentinel knows the others and a replica that could take over: after a failover, once the old
    /// primary is back as a replica.
    package func waitUntilReady(within duration: Duration = .seconds(30)) throws {
        for sentinel in sentinels {
            try eventually("a sentinel knows all others", within: duration, log: sentinel.log) {
                let lines = try sentinel.command("SENTINEL", "master", Self.serviceName).split(separator: "\n")
                let facts = Dictionary(zip(lines, lines.dropFirst())) { first, _ in first }
                return facts["num-other-sentinels"] == "2" && facts["num-slaves"] == "1" && facts["flags"] == "master"
            }
        }
    }

    /// Starts and resumes whatever does not run, and waits until all is as it was at the start, but for who is the primary.
    package func recover() throws {
        for server in servers + sentinels {
            if !server.isRunning { try server.start() }
            server.resume()
        }
        try hurrySentinels()
        try waitUntilReady()
        let current = try currentServer()
        for server in servers where server !== current {
            // A former primary learns only after a while that it is none any more.
            try server.command("REPLICAOF", "127.0.0.1", "\(current.tcpPort ?? 0)")
            try eventually("the replica is in step", within: .seconds(20), log: server.log) {
                try server.command("INFO", "replication").contains("master_link_status:up")
            }
        }
    }

    /// The server that the sentinels have for the primary.
    package func currentServer() throws -> RedisServer {
        let endpoint = try currentPrimary()
        guard let server = servers.first(where: { $0.tcpEndpoint == endpoint }) else {
            throw SupportError.unexpected("no server is at \(endpoint)")
        }
        return server
    }

    /// Has them exchange news more often than every few seconds, and not stand back for half a minute (tilt) because a
    /// busy machine let them wait. A sentinel that is started again has forgotten this.
    private func hurrySentinels() throws {
        for sentinel in sentinels {
            try sentinel.command(
                "SENTINEL", "DEBUG", "info-period", "500", "publish-period", "200", "ask-period", "100",
                "tilt-trigger", "60000")
        }
    }
}
