import TestSupport
import Testing

/// A gate that is asked over HTTP, without a front in between, and over FastCGI at the same time.
@Suite struct HTTPListenerTests {
    private let folder: TestFolder
    private let gate: GateProcess
    private let token: String
    private let port: UInt16

    private var http: Endpoint { .unix(folder.path("http")) }
    private var checks: Endpoint { .unix(folder.path("checks")) }

    init() throws {
        folder = try TestFolder()
        let (server, database) = try SharedServers.newDatabase()
        port = try Endpoint.freePort()
        let listen = [
            "unix:\(folder.path("gate.sock"))", "http:unix:\(folder.path("http"))",
            "http-check:unix:\(folder.path("checks"))", "http:127.0.0.1:\(port)",
        ]
        gate = try GateProcess(
            in: folder, server: server, database: database, workers: 1,
            environment: ["LISTEN": listen.joined(separator: ",")])
        token = try gate.signIn("ann", groups: ["staff"])
    }

    private var bearer: [(String, String)] { [("Authorization", "Bearer \(token)")] }

    @Test func `both protocols have the same answers at the same time`() throws {
        for endpoint in [http, .tcp(port: port)] {
            let client = HTTPClient(endpoint, keepsAlive: true)
            let yes = try client.get("/auth/verify", headers: bearer)
            #expect(yes.status == 200 && yes.headers["Remote-User"] == "ann" && yes.headers["Remote-Groups"] == "staff")
            #expect(yes.headers["Cache-Control"] == "no-store" && yes.headers["Date"] != nil && yes.body.isEmpty)
            let no = try client.get("/auth/verify")
            #expect(no.status == 401 && no.headers["WWW-Authenticate"] == "Bearer" && no.headers["Remote-User"] == nil)
            let me = try client.get("/auth/me", headers: bearer)
            #expect(me.status == 200 && me.text.contains("\"username\":\"ann\""))
            #expect(try client.get("/nowhere").status == 404)
            #expect(try client.get("/readyz").status == 200)
            #expect(try client.request("HEAD", "/healthz").body.isEmpty)
            #expect(client.connectionCount == 1)
            #expect(try gate.check(token) == 200)
        }
    }

    @Test func `a session begins and ends over HTTP, on one connection`() throws {
        let client = HTTPClient(http, keepsAlive: true)
        let refused = try client.post("/auth/login", #"{"username":"nobody","password":"wrong password"}"#)
        #expect(refused.status == 401)
        #expect(try client.get("/auth/verify", headers: bearer).status == 200)
        #expect(try client.post("/auth/logout", "", headers: bearer).status == 204)
        try eventually("the session has ended") { try client.get("/auth/verify", headers: bearer).status == 401 }
        #expect(try gate.check(token) == 401)
        let chunked = [("Transfer-Encoding", "chunked"), ("Content-Type", "application/json")]
        let body = Array("5\r\n{\"use\r\n1a\r\nrname\":\"x\",\"password\":\"y\"}\r\n0\r\n\r\n".utf8)
        let answer = try client.request("POST", "/auth/login", headers: chunked, body: body)
        #expect(answer.status == 401, "\(answer)")
        let long = try client.post("/auth/login", String(repeating: "x", count: 9000))
        #expect(long.status == 413 && long.headers["Connection"] == "close")
        #expect(try client.get("/healthz").status == 200 && client.connectionCount == 2)
    }

    @Test func `a path demands a group, whatever the client's path behind it is`() throws {
        let client = HTTPClient(http, keepsAlive: true)
        for (demand, status) in [
            ("group%20staff", 200), ("user%20ann", 200), ("group%20admin", 403), ("group%20admin/../../verify", 403),
            ("group%20admin/group%20staff", 403), ("group%20staff/group%20admin", 200), ("staff", 503), ("", 503),
            ("group%20staff%20and%20group%20admin", 403), ("group%20admin%20or%20user%20ann/x?y", 200), ("%zz", 503),
            ("group%2520staff", 503), ("group%20staff%00", 403), ("group%20%22staff%2Fx%22", 403),
            ("/group%20staff", 503),
            ("%20", 503), ("%00", 503), ("user%20ann%0A", 200), ("user%20ANN", 403), ("group%20staff;x", 503),
            ("group%20staff%ff", 503), ("?group%20staff", 503), ("group%20staff%3Fx", 403), ("group%20staff%23", 403),
        ] {
            let answer = try client.get("/auth/require/\(demand)", headers: bearer)
            #expect(answer.status == status, "\(demand)")
            #expect((answer.headers["Remote-User"] == "ann") == (status == 200))
            #expect(try client.get("/auth/require/\(demand)").status == 401)
        }
        // Headers that a client can send neither demand anything nor remove a demand.
        let claims = [("AUTH_REQUIRE", "group staff"), ("Auth-Require", "group staff"), ("Remote-User", "root")]
        #expect(try client.get("/auth/require/group%20admin", headers: bearer + claims).status == 403)
        try gate.waitForLog(containing: "the demand in /auth/require/ is not understood: 'staff'")
    }

    @Test func `a socket of checks answers every path and method as the check`() throws {
        let client = HTTPClient(checks, keepsAlive: true)
        for (method, path) in [
            ("GET", "/"), ("POST", "/auth/login"), ("DELETE", "/auth/sessions/x"), ("PROPFIND", "/a/b?c=d"),
            ("GET", "/healthz"),
            ("GET", "/auth/require/group%20admin"),
        ] {
            #expect(try client.request(method, path, headers: bearer).headers["Remote-User"] == "ann", "\(path)")
            #expect(try client.request(method, path).status == 401, "\(path)")
        }
        #expect(client.connectionCount == 1)
    }

    @Test func `the client's address is the front's word`() throws {
        let client = HTTPClient(http)
        for (value, shown) in [("203.0.113.9, 192.0.2.77", "192.0.2.77"), ("192.0.2.78", "192.0.2.78")] {
            let headers = [("X-Forwarded-For", value), ("Content-Type", "application/json")]
            _ = try client.request(
                "POST", "/auth/login", headers: headers, body: Array(#"{"username":"nobody","password":"wrong"}"#.utf8))
            try gate.waitForLog(containing: shown)
        }
        #expect(!gate.log.contains("203.0.113.9"))
        _ = try HTTPClient(.tcp(port: port)).post("/auth/login", #"{"username":"nobody","password":"wrong"}"#)
        try gate.waitForLog(containing: "client=127.0.0.1")
    }

    @Test func `malformed requests are refused, and do not end the worker`() throws {
        let workers = try gate.workers
        let (start, long) = ("GET / HTTP/1.1\r\nHost: a\r\n", String(repeating: "a", count: 66_000))
        let chunked = "\(start)Transfer-Encoding: chunked\r\n\r\n"
        let requests: [(bytes: String, status: Int)] = [
            (bytes: "GET / HTTP/1.1\r\n\r\n", status: 400),
            (bytes: "\(start)Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", status: 400),
            (bytes: "\0\u{1}\u{2}\r\n", status: 400), (bytes: "GET /\n", status: 400),
            (bytes: "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", status: 400),
            (bytes: "\(chunked)100000000\r\n", status: 400),
            (bytes: "\(chunked)0\r\na: \(long.prefix(5000))\r\n\r\n", status: 400),
            (bytes: "GET /\(long.prefix(17_000)) HTTP/1.1\r\nHost: a\r\n\r\n", status: 414),
            (bytes: "\(start)Expect: x\r\n\r\n", status: 417), (bytes: "\(start)X: \(long)\r\n\r\n", status: 431),
            (bytes: "\(start)\(String(repeating: "X: y\r\n", count: 128))\r\n", status: 431),
            (bytes: "\(start)Transfer-Encoding: gzip\r\n\r\n", status: 501),
            (bytes: "GET / HTTP/2.0\r\nHost: a\r\n\r\n", status: 505),
        ]
        for (bytes, status) in requests {
            let client = HTTPClient(http, keepsAlive: true)
            try client.send(Array(bytes.utf8))
            let answer = try client.receive()
            #expect(answer?.status == status && answer?.headers["Connection"] == "close", "\(bytes.prefix(80))")
        }
        #expect(try gate.workers == workers && HTTPClient(http).get("/healthz").status == 200)
    }

    @Test func `healthcheck asks over HTTP, and not on a socket of checks`() throws {
        func check(_ listen: String) throws -> CommandResult {
            try ServerProcess.run(GateProcess.executable, ["healthcheck"], environment: ["LISTEN": listen])
        }
        let paths = (folder.path("http"), folder.path("checks"))
        for listen in [
            "http:unix:\(paths.0)", "http:127.0.0.1:\(port)", "http-check:unix:\(paths.1),http:unix:\(paths.0)",
        ] {
            let result = try check(listen)
            #expect(result.status.isSuccess && result.output == "ready\n", "\(result)")
        }
        #expect(try check("http-check:unix:\(paths.1)").status == .code(78))
    }

    @Test func `a stop answers what is under way and closes kept connections`() throws {
        let client = HTTPClient(http, keepsAlive: true)
        #expect(try client.get("/healthz").status == 200)
        try gate.stop()
        #expect(try client.isClosedByServer(within: .seconds(5)))
        #expect(gate.counts["untrusted_connections"] == 0)
    }
}
