import TestSupport
import Testing

/// `authfcgi healthcheck` as the health check of a container: beside the gate, with its environment.
@Suite struct HealthCheckTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// Runs the health check.
    ///
    /// - Parameter listen: The gate's LISTEN, the only setting.
    private func check(_ listen: String?, _ arguments: String...) throws -> CommandResult {
        try ServerProcess.run(
            GateProcess.executable, ["healthcheck"] + arguments, environment: listen.map { ["LISTEN": $0] } ?? [:])
    }

    private func expect(_ result: CommandResult, _ code: Int32, output: String = "", errors: String...) {
        #expect(result.status == .code(code), "\(result)")
        #expect(result.output == output, "\(result)")
        #expect(result.errors.isEmpty == errors.isEmpty, "\(result)")
        for words in errors { #expect(result.errors.contains(words), "\(words): \(result)") }
    }

    @Test func `a serving gate is ready and alive, on a unix socket and on a port`() throws {
        let (server, database) = try SharedServers.newDatabase()
        let port = try Endpoint.freePort()
        let path = folder.path("gate.sock")
        let gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["LISTEN": "unix:\(path),localhost:\(port)"])
        for listen in ["unix:\(path)", "127.0.0.1:\(port)", "localhost:\(port)", "unix:\(path),127.0.0.1:1"] {
            expect(try check(listen), 0, output: "ready\n")
        }
        expect(try check("unix:\(path)", "--alive", "--timeout", "5s"), 0, output: "alive\n")
        expect(try check("127.0.0.1:1", "--listen", "unix:\(path)"), 0, output: "ready\n")
        try gate.stop()
        expect(try check("unix:\(path)"), 1, errors: "unix:\(path) does not answer", "No such file")
    }

    @Test func `without its database a gate is alive and not ready, with the reason`() throws {
        let (server, database) = try SharedServers.newDatabase()
        let proxyFolder = try folder.makeFolder("proxy")
        let proxy = try SocketProxy(before: server, socketFolder: proxyFolder)
        let gate = try GateProcess(
            in: folder, server: server, workers: 1,
            environment: ["DATABASE_URL": server.url(database: database, through: proxyFolder)])
        let listen = "unix:\(gate.socketPath)"
        expect(try check(listen), 0, output: "ready\n")
        proxy.refuse()
        proxy.cut()
        var last: CommandResult?
        try eventually("it is not ready", within: .seconds(30)) {
            last = try check(listen)
            return last?.status == .code(1)
        }
        expect(try #require(last), 1, errors: "authfcgi: not ready: PostgreSQL has not answered for more than 10 s\n")
        expect(try check(listen, "--alive"), 0, output: "alive\n")
    }

    @Test func `a stalled worker and an unrelated server do not answer`() throws {
        let path = folder.path("socket")
        let silent = try AnsweringSocket(at: .unix(path)) { _ in nil }
        let start = ContinuousClock.now
        expect(try check("unix:\(path)", "--timeout", "500ms"), 1, errors: "no answer within 500ms")
        #expect(ContinuousClock.now - start < .seconds(5))
        withExtendedLifetime(silent) {}
    }

    @Test func `a socket with a full queue is tried again`() throws {
        let path = folder.path("full")
        let listener = try Endpoint.unix(path).makeListener(backlog: 0)
        let waiting = try Endpoint.unix(path).connect(until: Deadline(within: .seconds(1)))
        let start = ContinuousClock.now
        expect(try check("unix:\(path)", "--timeout", "500ms"), 1, errors: "no answer within 500ms")
        #expect(ContinuousClock.now - start > .milliseconds(400))
        withExtendedLifetime((listener, waiting)) {}
    }

    @Test func `an invalid LISTEN exits with 78, and other settings are ignored`() throws {
        expect(try check("/run/gate.sock"), 78, errors: "LISTEN has the entry \"/run/gate.sock\": write unix: before")
        expect(try check("systemd"), 78, errors: "systemd opens", "--listen unix:PATH")
        let result = try ServerProcess.run(
            GateProcess.executable, ["healthcheck", "--listen", "unix:\(folder.path("none"))"],
            environment: ["WORKERS": "many", "DATABASE_URL": "mysql://x", "DATABASE_URL_FILE": "/nowhere"])
        expect(result, 1, errors: "does not answer")
        #expect(try check(nil, "--timeout", "soon").status == .code(64))
    }
}
