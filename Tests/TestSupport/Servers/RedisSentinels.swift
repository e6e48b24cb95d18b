/// A Redis primary, its replica and three sentinels that monitor them, on ports of 127.0.0.1. A primary that does not
/// respond for 0.7 s is replaced in about two seconds.
///
/// When the last reference is released, all are killed. Their files stay as long as the `TestFolder`.
package final class RedisSentinels: Sendable {
    /// The name of the primary for the sentinels.
    package static let serviceName = "mymaster"

    /// The server that is the primary at the start. The property does not change when the roles do.
    package let primary: RedisServer
    /// The server that is the replica at the start.
    package let replica: RedisServer
    /// The sentinels. Each accepts commands such as `SENTINEL FAILOVER mymaster`, and can be killed and frozen like a
    /// server.
    package let sentinels: [RedisServer]

    /// Creates and starts the servers and sentinels, and waits until every sentinel knows all others and could replace
    /// the primary.
    ///
    /// - Parameters:
    ///   - name: The prefix of the names of their folders in `folder`.
    ///   - settings: Directives for the two servers.
    ///   - password: The password of the two servers.
    ///   - sentinelPassword: The password of the sentinels.
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
        // A sentinel asks the primary for its replicas every ten seconds, and at its start.
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
        // Not earlier, or a sentinel may consider the primary down before it has sent it a command.
        for sentinel in sentinels {
            try sentinel.command("SENTINEL", "SET", service, "down-after-milliseconds", "700")
        }
    }

    /// The URL `redis+sentinel://…`, without passwords.
    package var url: String { "redis+sentinel://\(hosts)/\(Self.serviceName)" }

    /// The sentinels as in a URL: `127.0.0.1:1,127.0.0.1:2,127.0.0.1:3`.
    package var hosts: String { sentinels.map(\.tcpEndpoint.description).joined(separator: ",") }

    /// Both servers, in the order of their start.
    package var servers: [RedisServer] { [primary, replica] }

    /// Returns the primary according to the running sentinels.
    ///
    /// - Throws: An error also if they do not agree, as during a failover.
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

    /// Waits until the sentinels agree that the other server is the primary, and that server has the role.
    ///
    /// - Returns: The new primary.
    @discardableResult
    package func waitForFailover(
        from old: RedisServer, within duration: Duration = .seconds(30)
    ) throws -> RedisServer {
        let new = old === primary ? replica : primary
        try eventually("the sentinels have a new primary", within: duration, log: sentinels[0].log) {
            // The failover is in progress while they do not agree, and while they cut the server's connections.
            (try? currentPrimary()) == new.tcpEndpoint && (try? new.isPrimary) == true
        }
        return new
    }

    /// Waits until every sentinel knows the others and a replica that could take over: after a failover, when the old
    /// primary is a replica.
    package func waitUntilReady(within duration: Duration = .seconds(30)) throws {
        for sentinel in sentinels {
            try eventually("a sentinel knows all others", within: duration, log: sentinel.log) {
                let primary = try facts("master", from: sentinel)
                guard primary["num-other-sentinels"] == "2" && primary["num-slaves"] == "1" else { return false }
                // In other states the flags have more words: s_down, or disconnected.
                return try primary["flags"] == "master" && facts("replicas", from: sentinel)["flags"] == "slave"
            }
        }
    }

    /// Starts and resumes all that do not run, and waits until the state is that of the start except for the role of
    /// each server.
    package func recover() throws {
        for server in servers + sentinels {
            if !server.isRunning { try server.start() }
            server.resume()
        }
        for sentinel in sentinels { try Self.hurry(sentinel) }
        try waitUntilReady()
        let current = try currentServer()
        for server in servers where server !== current {
            // A former primary learns its new role only after some time.
            try server.command("REPLICAOF", "127.0.0.1", "\(current.tcpPort ?? 0)")
            try eventually("the replica is in step", within: .seconds(20), log: server.log) {
                try server.command("INFO", "replication").contains("master_link_status:up")
            }
        }
    }

    /// Returns the server that the sentinels consider the primary.
    package func currentServer() throws -> RedisServer {
        let endpoint = try currentPrimary()
        guard let server = servers.first(where: { $0.tcpEndpoint == endpoint }) else {
            throw SupportError.unexpected("no server is at \(endpoint)")
        }
        return server
    }

    /// Returns a sentinel's data about the primary, or about its only replica.
    private func facts(_ subject: String, from sentinel: RedisServer) throws -> [Substring: Substring] {
        let lines = try sentinel.command("SENTINEL", subject, Self.serviceName).split(separator: "\n")
        return Dictionary(zip(lines, lines.dropFirst())) { first, _ in first }
    }

    /// Makes a sentinel exchange messages more often than every few seconds, and prevents it from being inactive for
    /// half a minute (tilt mode) after a delay on a busy machine. These settings are lost at a restart: until they are
    /// set again, the sentinel may consider a running server down.
    package static func hurry(_ sentinel: RedisServer) throws {
        // Versions before 7 do not have this command, and take longer.
        guard try ServerPrograms.redisVersion >= 7 else { return }
        // A replica is chosen only if its INFO, which then is requested every second, is no older than five pings.
        try sentinel.command(
            "SENTINEL", "DEBUG", "ping-period", "300", "info-period", "500", "publish-period", "200", "ask-period",
            "100", "tilt-trigger", "60000")
    }
}
