import FoundationEssentials
import Synchronization

/// A Redis server of a test. Nothing is saved unless a test sends SAVE, and unless a port is given it listens only on a
/// unix socket.
///
/// When the last reference is released, it is killed. Its files stay as long as the `TestFolder`.
package final class RedisServer: Sendable {
    /// The working folder of the server: redis.conf, the unix socket and, after SAVE, dump.rdb.
    package let dataFolder: String
    /// The path of the unix socket.
    package let socket: String
    /// The port of 127.0.0.1. It accepts only TLS if the server was created with certificates.
    package let tcpPort: UInt16?
    package let tls: TLSFiles?
    package let logFile: String
    /// The password of the default user at the start (`requirepass` of the settings).
    package let password: String?

    let options: [String]
    let clock: FakeClock?
    let process = Mutex<ServerProcess?>(nil)

    /// Creates a new, empty server and starts it.
    ///
    /// - Parameters:
    ///   - name: The name of its folder in `folder`.
    ///   - settings: Directives of redis.conf. They take precedence over the default ones. A value of several lines is
    ///     the directive several times.
    ///   - tcpPort: A port of 127.0.0.1 to listen on as well. `Endpoint.freePort()` finds one.
    ///   - tls: The certificates with which that port accepts only TLS. Clients need no certificate unless
    ///     `tls-auth-clients` requires one.
    ///   - clock: The clock of the server.
    package convenience init(
        in folder: TestFolder, name: String = "redis", settings: [String: String] = [:], tcpPort: UInt16? = nil,
        tls: TLSFiles? = nil, clock: FakeClock? = nil
    ) throws {
        var directives = [
            "save": "\"\"", "appendonly": "no", "repl-diskless-sync-delay": "0",
        ]
        // Earlier versions allow DEBUG to all clients.
        if try ServerPrograms.redisVersion >= 7 { directives["enable-debug-command"] = "yes" }
        if let tls {
            directives["tls-port"] = "\(tcpPort ?? 0)"
            directives["tls-cert-file"] = tls.certificate
            directives["tls-key-file"] = tls.key
            directives["tls-ca-cert-file"] = tls.authority
            directives["tls-auth-clients"] = "no"
        }
        try self.init(
            in: folder, name: name, directives: directives.merging(settings) { $1 }, tcpPort: tcpPort, tls: tls,
            clock: clock)
    }

    /// Creates a Redis server of any kind.
    ///
    /// - Parameter options: Arguments after the configuration file, for example `--sentinel`.
    init(
        in folder: TestFolder, name: String, directives: [String: String], tcpPort: UInt16?, tls: TLSFiles? = nil,
        clock: FakeClock? = nil, options: [String] = []
    ) throws {
        dataFolder = try folder.makeFolder(name)
        socket = "\(dataFolder)/redis.sock"
        logFile = folder.path("\(name).log")
        self.tcpPort = tcpPort
        self.tls = tls
        self.clock = clock
        password = directives["requirepass"]
        let common = [
            "bind": "127.0.0.1", "port": tls == nil ? "\(tcpPort ?? 0)" : "0", "dir": dataFolder, "daemonize": "no",
            "unixsocket": socket, "unixsocketperm": "777",
        ]
        // Sentinels and replicas rewrite this file, so it is created only once: a later start continues with their
        // version.
        let lines = common.merging(directives) { $1 }.sorted { $0.key < $1.key }.flatMap { name, value in
            value.split(separator: "\n").map { "\(name) \($0)\n" }
        }
        let configuration = try folder.write("\(name)/redis.conf", lines.joined())
        self.options = [configuration] + options
        try start()
    }

    deinit {
        process.withLock { $0 }?.kill()
    }

    /// The pid of the server.
    ///
    /// - Throws: An error if the server has been stopped.
    package var processIdentifier: Int32 {
        get throws { try requireRunning().processIdentifier }
    }

    /// The log of this server so far.
    package var log: String { readText(logFile) }

    /// The unix socket.
    package var endpoint: Endpoint { .unix(socket) }

    /// The TCP port. Only for a server that has one.
    package var tcpEndpoint: Endpoint {
        guard let tcpPort else { preconditionFailure("this server has no TCP port") }
        return .tcp(port: tcpPort)
    }

    /// The URL of the unix socket, without a password.
    package var url: String { "unix://\(socket)" }

    /// The URL of the TCP port, without a password. Only for a server that has one.
    package var tcpURL: String {
        guard let tcpPort else { preconditionFailure("this server has no TCP port") }
        return "\(tls == nil ? "redis" : "rediss")://127.0.0.1:\(tcpPort)"
    }
}
