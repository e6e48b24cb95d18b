import Glibc
import TestSupport
import Testing

/// The listening sockets, created by the program or passed to it.
@Suite struct ListeningTests {
    private let folder: TestFolder
    private let url: String

    init() throws {
        folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        url = server.url(database: database)
    }

    private func start(
        _ environment: [String: String] = [:], arguments: [String] = [], descriptors: [Int32: Int32] = [:],
        setsListenPID: Bool = false
    ) throws -> ServerProcess {
        try ServerProcess(
            GateProcess.executable, ["serve", "--workers", "1"] + arguments,
            environment: ["DATABASE_URL": url].merging(environment) { $1 }, logFile: folder.path("log"),
            descriptors: descriptors, setsListenPID: setsListenPID)
    }

    private func run(_ listen: String) throws -> CommandResult {
        try ServerProcess.run(GateProcess.executable, ["serve"], environment: ["DATABASE_URL": url, "LISTEN": listen])
    }

    private func expectAnswers(_ endpoint: Endpoint, _ process: ServerProcess) throws {
        try eventually("the gate answers", log: process.log) {
            try process.requireRunning()
            return (try? FastCGIClient.check(endpoint, token: nil, timeout: .seconds(2))) == 401
        }
    }

    private func status(_ path: String) throws -> stat {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { throw SupportError.unexpected("no \(path)") }
        return status
    }

    @Test func `a unix socket is open to its user and group only, unless settings say otherwise`() throws {
        let path = folder.path("s")
        let standard = try start(["LISTEN": "unix:\(path)"])
        try expectAnswers(.unix(path), standard)
        #expect(try status(path).st_mode == S_IFSOCK | 0o660)
        #expect(try status(path).st_gid == getegid())
        #expect(try standard.stop().isSuccess)
        let group = geteuid() == 0 ? 1 : getegid()
        let changed = try start(
            ["LISTEN": "unix:\(path)"], arguments: ["--listen-mode", "0600", "--listen-group", "\(group)"])
        try expectAnswers(.unix(path), changed)
        #expect(try status(path).st_mode == S_IFSOCK | 0o600)
        #expect(try status(path).st_gid == group)
    }

    @Test func `one gate can listen on several sockets`() throws {
        let port = try Endpoint.freePort()
        let (first, second) = (folder.path("a"), folder.path("b"))
        let process = try start(["LISTEN": "unix:\(first),unix:\(second),127.0.0.1:\(port)"])
        for endpoint in [Endpoint.unix(first), .unix(second), .tcp(port: port)] { try expectAnswers(endpoint, process) }
        #expect(try process.stop().isSuccess)
        #expect(throws: SupportError.self) { try status(first) }
        #expect(throws: SupportError.self) { try status(second) }
    }

    @Test(arguments: ["0.0.0.0:9000", "192.0.2.1:9000", "[::]:9000", ":9000", "*:9000", "example.org:9000"])
    func `an address reachable from other machines is refused`(_ address: String) throws {
        let result = try run(address)
        #expect(result.status == .code(78))
        #expect(result.errors.contains("LISTEN") && result.errors.contains("only loopback addresses are allowed"))
    }

    @Test func `a path at which no socket can be created is named`() throws {
        let file = try folder.write("file", "x")
        for (listen, words) in [
            ("unix:\(folder.path("nowhere/s"))", "does not exist"), ("unix:\(file)", "is not a socket"),
            ("systemd", "systemd passed no sockets"), ("fd:0", "descriptor 0 is not a socket"),
        ] {
            let result = try run(listen)
            #expect(result.status == .code(78), "\(listen)")
            #expect(result.errors.contains(words), "\(result.errors)")
        }
        #expect(folder.read("file") == "x")
    }

    @Test func `sockets passed by systemd are used, and stay after the program ends`() throws {
        let endpoints = [Endpoint.unix(folder.path("a")), .unix(folder.path("b"))]
        let listeners = try endpoints.map { try $0.makeListener(isBlocking: true) }
        let process = try start(
            ["LISTEN_FDS": "2"], descriptors: [3: listeners[0].number, 4: listeners[1].number], setsListenPID: true)
        for endpoint in endpoints { try expectAnswers(endpoint, process) }
        #expect(process.log.contains("unix:\(folder.path("a")) of systemd"))
        #expect(try process.stop().isSuccess)
        #expect(try status(folder.path("a")).st_mode & S_IFMT == S_IFSOCK)
    }

    @Test func `what a socket of systemd speaks is in its name`() throws {
        let endpoints = ["a", "b", "c"].map { Endpoint.unix(folder.path($0)) }
        let listeners = try endpoints.map { try $0.makeListener(isBlocking: true) }
        let process = try start(
            ["LISTEN_FDS": "3", "LISTEN_FDNAMES": "authfcgi.socket:http:http-check"],
            descriptors: [3: listeners[0].number, 4: listeners[1].number, 5: listeners[2].number], setsListenPID: true)
        try expectAnswers(endpoints[0], process)
        #expect(try HTTPClient(endpoints[1]).get("/healthz").status == 200)
        #expect(try HTTPClient(endpoints[2]).get("/healthz").status == 401)
        #expect(process.log.contains("http-check:unix:\(folder.path("c")) of systemd"))
    }

    @Test func `an address for HTTP that other machines reach needs the addresses of the front`() throws {
        let port = try Endpoint.freePort()
        let result = try run("http:0.0.0.0:\(port)")
        #expect(result.status == .code(78) && result.errors.contains("TRUSTED_PROXIES is not set"), "\(result)")
        let process = try start(["LISTEN": "http:0.0.0.0:\(port)", "TRUSTED_PROXIES": "192.0.2.1,2001:db8::/32"])
        // A process of this machine is trusted.
        try eventually("the gate answers", log: process.log) {
            try process.requireRunning()
            return (try? HTTPClient(.tcp(port: port)).get("/healthz").status) == 200
        }
        #expect(try process.stop().isSuccess)
    }

    @Test(arguments: [("http", 200), ("http-check", 401)])
    func `a unix socket of HTTP has the same modes, and takes the same peers`(_ kind: String, _ answer: Int) throws {
        let path = folder.path("s")
        let (mine, group) = (getuid(), geteuid() == 0 ? 1 : getegid())
        let process = try start(
            ["LISTEN": "\(kind):unix:\(path)", "LISTEN_PEER_UIDS": "\(mine)"],
            arguments: ["--listen-mode", "0600", "--listen-group", "\(group)"])
        try eventually("the gate answers", log: process.log) {
            try process.requireRunning()
            return (try? HTTPClient(.unix(path)).get("/healthz").status) == answer
        }
        #expect(try status(path).st_mode == S_IFSOCK | 0o600)
        #expect(try status(path).st_gid == group)
        #expect(try process.stop().isSuccess)
        let strict = try start(["LISTEN": "\(kind):unix:\(path)", "LISTEN_PEER_UIDS": "\(mine + 4711)"])
        try eventually("the peer is refused", log: strict.log) {
            try strict.requireRunning()
            _ = Endpoint.unix(path).isListening
            return strict.log.contains("HTTP connection closed: peer of a user that is not allowed uid=\(mine)")
        }
        #expect(throws: (any Error).self) { try HTTPClient(.unix(path)).get("/healthz") }
    }

    @Test func `the users that may connect are also those of a unix socket for metrics`() throws {
        let (path, port) = (folder.path("metrics.sock"), try Endpoint.freePort())
        let process = try start([
            "LISTEN": "unix:\(folder.path("s"))", "LISTEN_PEER_UIDS": "\(getuid() + 4711)",
            "METRICS_LISTEN": "unix:\(path),127.0.0.1:\(port)",
        ])
        try eventually("the address answers", log: process.log) {
            try process.requireRunning()
            return (try? HTTPClient(.tcp(port: port)).get("/metrics").status) == 200
        }
        #expect(throws: (any Error).self) { try HTTPClient(.unix(path)).get("/metrics") }
        try eventually("the peer is refused", log: process.log) {
            process.log.contains("HTTP connection closed: peer of a user that is not allowed uid=\(getuid())")
        }
        #expect(try process.stop().isSuccess)
    }

    @Test func `sockets for another process are not used`() throws {
        let listener = try Endpoint.unix(folder.path("a")).makeListener(isBlocking: true)
        let path = folder.path("own")
        let process = try start(
            ["LISTEN_FDS": "1", "LISTEN_PID": "1", "LISTEN": "unix:\(path)"], descriptors: [3: listener.number])
        try expectAnswers(.unix(path), process)
        #expect(!process.log.contains("of systemd"))
    }

    @Test func `a socket as descriptor 0 is used`() throws {
        let endpoint = Endpoint.unix(folder.path("a"))
        let listener = try endpoint.makeListener(isBlocking: true)
        let process = try start(descriptors: [0: listener.number])
        try expectAnswers(endpoint, process)
        #expect(process.log.contains("of descriptor 0"))
    }

    @Test func `peers of other users are refused when the users are named`() throws {
        let (mine, other) = (getuid(), getuid() + 4711)
        let path = folder.path("s")
        let process = try start(["LISTEN": "unix:\(path)", "LISTEN_PEER_UIDS": "\(other)"])
        try eventually("the socket is there") { Endpoint.unix(path).isListening }
        try eventually("the peer is refused", log: process.log) {
            process.log.contains("peer of a user that is not allowed uid=\(mine)")
        }
        for _ in 0..<5 {
            let client = try FastCGIClient(.unix(path))
            try client.send(
                [.begin()] + FastCGIRecord.params(GateProcess.parameters("GET", "/healthz")) + FastCGIRecord.stdin([]))
            #expect(try client.receiveRecord() == nil)
        }
        #expect(process.log.split(separator: "\n").count { $0.contains("not allowed") } == 1)
        #expect(try process.stop().isSuccess)
        let allowed = try start(["LISTEN": "unix:\(path)", "LISTEN_PEER_UIDS": "\(other),\(mine)"])
        try expectAnswers(.unix(path), allowed)
    }
}
