import FoundationEssentials
import Synchronization

/// A Redis server of the tests' own: nothing is saved unless a test says SAVE, and unless a port is given it listens on
/// a unix socket alone.
///
/// With the last reference it is killed; its files stay for as long as the `TestFolder`.
package final class RedisServer: Sendable {
    /// What the server works in: redis.conf, the unix socket and, after SAVE, dump.rdb.
    package let dataFolder: String
    /// The unix socket's path.
    package let socket: String
    /// The port of 127.0.0.1, which is TLS's alone if the server was made with certificates.
    package let tcpPort: UInt16?
    package let tls: TLSFiles?
    package let logFile: String
    /// What the server asks of everybody when it starts (`requirepass` of the settings).
    package let password: String?

    let options: [String]
    let clock: FakeClock?
    let process = Mutex<ServerProcess?>(nil)

    /// Makes a new, empty server and starts it.
    ///
    /// - Parameters:
    ///   - name: of its folder in `folder`.
    ///   - settings: directives as in redis.conf. They win over those that are made here. A value of several lines is
    ///     the directive several times.
    ///   - tcpPort: to listen on at 127.0.0.1 as well; `Endpoint.freePort()` finds one.
    ///   - tls: makes that port speak TLS only. Clients need no certificate unless `tls-auth-clients` says so.
    ///   - clock: what the server takes for the time.
    package convenience init(
        in folder: TestFolder, name: String = "redis", settings: [String: String] = [:], tcpPort: UInt16? = nil,
        tls: TLSFiles? = nil, clock: FakeClock? = nil
    ) throws {
        var directives = [
            "save": "\"\"", "appendonly": "no", "repl-diskless-sync-delay": "0",
        ]
        // Before, everybody may DEBUG.
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

    /// Any kind of Redis server.
    ///
    /// - Parameter options: given to the program after its configuration file, `--sentinel` for instance.
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
        // Sentinels and replicas write this file anew, so it is made but once: a later start goes on from theirs.
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

    /// - Throws: if the server has been stopped.
    package var processIdentifier: Int32 {
        get throws { try requireRunning().processIdentifier }
    }

    /// Everything that this server has logged.
    package var log: String { readText(logFile) }

    /// The unix socket.
    package var endpoint: Endpoint { .unix(socket) }

    /// The TCP port. Only for a server that has one.
    package var tcpEndpoint: Endpoint {
        guard let tcpPort else { preconditionFailure("this server has no TCP port") }
        return .tcp(port: tcpPort)
    }

    /// A URL that leads to the unix socket, without a password.
    package var url: String { "unix://\(socket)" }

    /// A URL that leads to the TCP port, without a password. Only for a server that has one.
    package var tcpURL: String {
        guard let tcpPort else { preconditionFailure("this server has no TCP port") }
        return "\(tls == nil ? "redis" : "rediss")://127.0.0.1:\(tcpPort)"
    }
}
