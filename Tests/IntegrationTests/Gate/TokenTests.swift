import TestSupport
import Testing

/// The tokens that reach the store, counted by the statements in PostgreSQL's log.
@Suite struct TokenTests {
    private let folder: TestFolder
    private let server: PostgreSQLServer
    private let gate: GateProcess
    private let token: String

    init() throws {
        folder = try TestFolder()
        server = try PostgreSQLServer(in: folder, settings: ["log_statement": "all"])
        // Without a cache, every check that reaches the store is in the log.
        gate = try GateProcess(in: folder, server: server, environment: ["SESSION_CACHE_ENTRIES": "0"])
        token = try gate.signIn("ann", groups: ["staff"])
    }

    /// The number of statements on sessions that PostgreSQL has executed. Each is logged before its execution.
    private var queries: Int {
        server.log.split(separator: "\n").count { $0.contains("LOG:  execute") && $0.contains("session_tokens s") }
    }

    private func expectNoQuery(
        _ parameters: [(String, String)], status: Int = 401, _ what: String
    ) throws -> FastCGIAnswer {
        let before = queries
        let answer = try gate.ask("GET", "/auth/verify", parameters: parameters)
        #expect(answer.status == status, "\(what): \(answer)")
        #expect(queries == before, "\(what)")
        return answer
    }

    private static func cookie(_ value: String) -> (String, String) { ("HTTP_COOKIE", value) }

    @Test func `only a token with a valid tag is looked up`() throws {
        let start = queries
        #expect(try gate.check(token) == 200)
        #expect(queries == start + 1)

        let flipped = String(token.dropLast(2)) + (token.dropLast().last == "A" ? "B" : "A") + String(token.suffix(1))
        let invented = "afs_" + String(repeating: "A", count: 54)
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJl"
        for (what, text) in [
            ("garbage", "garbage"), ("an application's own token", jwt), ("a bad tag", flipped), ("invented", invented),
            ("too long", token + "A"), ("much too long", token + String(repeating: "A", count: 4000)),
            ("too short", String(token.dropLast())), ("another prefix", "AFS_" + token.dropFirst(4)), ("nothing", ""),
        ] {
            let answer = try expectNoQuery([GateProcess.bearer(text)], "Bearer: \(what)")
            #expect(answer.headers["WWW-Authenticate"] == "Bearer", "\(what)")
            #expect(answer.headers["Remote-User"] == nil, "\(what)")
            _ = try expectNoQuery([Self.cookie("__Host-session=\(text)")], "cookie: \(what)")
        }
        _ = try expectNoQuery([], "no token")
        _ = try expectNoQuery([Self.cookie("session=\(token); a=b")], "another cookie")
        _ = try expectNoQuery([("HTTP_AUTHORIZATION", "Basic \(token)")], "another scheme")
        // A malformed token of the gate: the cookie is not tried.
        _ = try expectNoQuery(
            [GateProcess.bearer(flipped), Self.cookie("__Host-session=\(token)")], "a bad tag, and a cookie")
        _ = try expectNoQuery([GateProcess.bearer(token), GateProcess.bearer(token)], "Authorization twice")
        #expect(try gate.check(token) == 200)
        #expect(queries == start + 2)
    }

    @Test func `with an application's Bearer token the cookie counts`() throws {
        let answer = try gate.ask(
            "GET", "/auth/verify",
            parameters: [GateProcess.bearer("eyJ.e30.x"), Self.cookie("__Host-session=\(token)")])
        #expect(answer.status == 200)
        #expect(answer.headers["Remote-User"] == "ann")
    }

    @Test func `two different session cookies are refused and removed, two equal ones count as one`() throws {
        let other = try gate.signIn("bob")
        for parameters in [
            [Self.cookie("__Host-session=\(token); a=b; __Host-session=\(other)")],
            [Self.cookie("__Host-session=\(token); __Host-session=")],
            [Self.cookie("__Host-session=\(token)"), Self.cookie("__Host-session=\(token)")],
        ] {
            let answer = try expectNoQuery(parameters, "\(parameters.count)")
            #expect(
                answer.headers.all("Set-Cookie") == [
                    "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
                ])
        }
        let equal = Self.cookie("__Host-session=\(token); __Host-session=\(token)")
        #expect(try gate.ask("GET", "/auth/verify", parameters: [equal]).status == 200)
    }

    @Test func `a revoked or expired token is answered 401`() throws {
        let brief = try gate.signIn("ann", lifetime: "1 second")
        #expect(try gate.check(brief) == 200)
        #expect(try gate.logOut(token).status == 204)
        try expectRefused { try gate.check(token) }
        try eventually("the session has expired") { try gate.check(brief) == 401 }
        try expectRefused { try gate.ask("GET", "/auth/me", parameters: [GateProcess.bearer(token)]).status ?? 0 }
        let me = try gate.ask("GET", "/auth/me", parameters: [GateProcess.bearer(brief)])
        #expect(me.status == 401 && me.json?["error"] == "unauthorized")
    }

    @Test func `no token and no password is ever logged`() throws {
        _ = try gate.ask("GET", "/auth/verify", parameters: [GateProcess.bearer(token + "x")])
        _ = try gate.logIn("ann", "a password that nobody has")
        let client = try FastCGIClient(gate.endpoint)
        try client.send([.begin()] + FastCGIRecord.params([GateProcess.bearer(token), ("CONTENT_LENGTH", token)]))
        #expect(try client.isClosedByPeer(within: .seconds(3)))
        try gate.stop()
        #expect(!gate.log.contains(token.dropFirst(4)))
        #expect(!gate.log.contains("a password that nobody has"))
    }

    @Test func `an unmet requirement is answered 403, and an invalid one admits nobody`() throws {
        func status(_ requirement: String) throws -> Int? {
            try gate.ask("GET", "/auth/verify", parameters: [GateProcess.bearer(token), ("AUTH_REQUIRE", requirement)])
                .status
        }
        #expect(try status("") == 200)
        #expect(try status("group staff") == 200)
        #expect(try status("user ann and group staff") == 200)
        #expect(try status("group admin") == 403)
        #expect(try status("staff") == 503)
        try gate.waitForLog(containing: "AUTH_REQUIRE is not understood: 'staff'")
        // nginx sends the parameter of an include besides that of the location.
        for (one, two, expected) in [
            ("group staff", "user ann", 200), ("group admin", "user ann", 403), ("group staff", "user bob", 403),
            ("", "group staff", 200), ("group admin", "", 403), ("nonsense", "user ann", 503), ("user ann", "x", 503),
        ] {
            let both = [GateProcess.bearer(token), ("AUTH_REQUIRE", one), ("AUTH_REQUIRE", two)]
            #expect(try gate.ask("GET", "/auth/verify", parameters: both).status == expected, "\(one); \(two)")
        }
    }

    @Test func `an authorizer gets variables, for any path`() throws {
        let parameters = [("SCRIPT_NAME", "/auth/login"), ("REQUEST_METHOD", "POST"), ("CONTENT_LENGTH", "4")]
        let yes = try FastCGIClient.request(
            gate.endpoint, role: FastCGIRecord.Role.authorizer, parameters: parameters + [GateProcess.bearer(token)])
        #expect(yes.status == 200)
        #expect(yes.headers["Variable-REMOTE_USER"] == "ann")
        #expect(yes.headers["Variable-REMOTE_GROUPS"] == "staff")
        #expect(yes.headers["Remote-User"] == nil)
        let no = try FastCGIClient.request(gate.endpoint, role: FastCGIRecord.Role.authorizer, parameters: parameters)
        #expect(no.status == 401)
    }
}
