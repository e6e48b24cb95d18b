/// A Redis primary, its replica and three sentinels that watch over them, on ports of 127.0.0.1. A primary that does
/// not answer for 0.7 s is replaced in about two.
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
        replica = try RedisServer(in: folder, name: "\(name)-b", settings: settings, tcpPort: ports[1])
        // A sentinel asks the primary for its replicas every ten seconds, and at once when it starts.
        try replica.waitUntilInStep(with: primary)
        let service = Self.serviceName
        let monitoring = [
            "monitor \(service) 127.0.0.1 \(ports[0]) 2", "failover-timeout \(service) 2000",
            password.map { "auth-pass \(service) \($0)" },
            sentinelPassword.map { "sentinel-pass \($0)" },
        ]
        var directives = ["sentinel": monitoring.compactMap(\.self).joined(separator: "\n")]
        directives["requirepass"] = sentinelPassword
        sentinels = try ports[2...].enumerated().map { index, port in
            try RedisServer(
                in: folder, name: "\(name)-s\(index + 1)", directives: directives, tcpPort: port,
                options: ["--sentinel"])
        }
        for sentinel in sentinels { try Self.hurry(sentinel) }
        try waitUntilReady()
        // Only now, or one of them may think the primary down before it has sent it anything.
        for sentinel in sentinels {
            try sentinel.command("SENTINEL", "SET", service, "down-after-milliseconds", "700")
        }
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
            // While they do not agree it is not done, nor while they cut the server's connections.
            (try? currentPrimary()) == new.tcpEndpoint && (try? new.isPrimary) == true
        }
        return new
    }

    /// Waits until every sentinel knows the others and a replica that could take over: after a failover, once the old
    /// primary is back as a replica.
    package func waitUntilReady(within duration: Duration = .seconds(30)) throws {
        for sentinel in sentinels {
            try eventually("a sentinel knows all others", within: duration, log: sentinel.log) {
                let primary = try facts("master", from: sentinel)
                guard primary["num-other-sentinels"] == "2" && primary["num-slaves"] == "1" else { return false }
                // Otherwise there is more to a flag: s_down, or disconnected.
                return try primary["flags"] == "master" && facts("replicas", from: sentinel)["flags"] == "slave"
            }
        }
    }

    /// Starts and resumes whatever does not run, and waits until all is as it was at the start, but for who is the primary.
    package func recover() throws {
        for server in servers + sentinels {
            if !server.isRunning { try server.start() }
            server.resume()
        }
        for sentinel in sentinels { try Self.hurry(sentinel) }
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

    /// What a sentinel knows of the primary, or of the one replica.
    private func facts(_ subject: String, from sentinel: RedisServer) throws -> [Substring: Substring] {
        let lines = try sentinel.command("SENTINEL", subject, Self.serviceName).split(separator: "\n")
        return Dictionary(zip(lines, lines.dropFirst())) { first, _ in first }
    }

    /// Has a sentinel ask and tell more often than every few seconds, and not stand back for half a minute (tilt)
    /// because a busy machine let it wait. When started again it has forgotten this; until it is told again it may
    /// think a server down that is not.
    package static func hurry(_ sentinel: RedisServer) throws {
        // Before 7 there is no such command, and all takes longer.
        guard try ServerPrograms.redisVersion >= 7 else { return }
        // A replica is chosen only if its INFO, which then comes every second, is no older than five pings.
        try sentinel.command(
            "SENTINEL", "DEBUG", "ping-period", "300", "info-period", "500", "publish-period", "200", "ask-period",
            "100", "tilt-trigger", "60000")
    }
}
