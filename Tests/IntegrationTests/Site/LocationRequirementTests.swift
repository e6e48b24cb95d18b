import TestSupport
import Testing

/// Locations with a requirement, through nginx with the shipped files.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct LocationRequirementTests {
    // A gate for each protocol: it logs once what it does not understand, whatever asks.
    private static let shared = OncePerProtocol {
        try Site(
            extra: LocationRequirements.configuration, listeners: [LocationRequirements.listener])
    }
    private let site: Site
    private var pod: Pod { site.pod }
    private var client: HTTPClient { pod.client(LocationRequirements.listener) }

    init() throws { site = try Self.shared.get() }

    /// Where the gate finds what is demanded, as its log says it.
    private var source: String {
        switch GateProtocol.current {
        case .fastCGI: "AUTH_REQUIRE"
        case .http: "the demand in /auth/require/"
        }
    }

    private func status(_ path: String, _ token: String?, _ headers: [(String, String)] = []) throws -> Int {
        try client.get(path, headers: Browser.request(token) + headers).status
    }

    // MARK: The example

    @Test func `the example's location for administrators admits them, and answers others 403`() throws {
        let (admin, other) = (
            try pod.signIn("ann", groups: ["staff", "admin"]), try pod.signIn("bob", groups: ["staff"])
        )
        let accepted = try pod.client().get("/admin/users", headers: [cookie(admin)])
        #expect(accepted.status == 200)
        #expect(EchoedRequest(accepted)["Remote-User"] == ["ann"])
        #expect(EchoedRequest(accepted)["Remote-Groups"] == ["staff,admin"])
        let refused = try pod.client().get("/admin/users", headers: [cookie(other)])
        #expect(refused.status == 403)
        #expect(refused.headers["X-App"] == nil && !refused.text.contains("bob"))
        for name in ["Remote-User", "X-Auth-User-Id", "X-Auth-Session-Id", "Set-Cookie", "WWW-Authenticate"] {
            #expect(refused.headers[name] == nil, "\(name)")
        }
        // The rest of the site is accessible to both.
        #expect(try pod.client().get("/api/page", headers: [bearer(other)]).status == 200)
        let stranger = try pod.client().get("/admin/users", headers: Browser.request())
        #expect(stranger.status == 302 && stranger.headers["Location"]?.contains("/auth/login?rd=") == true)
        #expect(try pod.client().get("/_authfcgi/admins", headers: [bearer(admin)]).status == 404)
    }

    @Test func `a refused user and location are logged in one line`() throws {
        let user = "mallory-\(Int.random(in: 0..<1_000_000))"
        let token = try pod.signIn(user, groups: ["staff"])
        let path = "/admin/users/%22%20INFO:%20forged?password=hunter2"
        #expect(try pod.client().post(path, "", headers: [bearer(token)]).status == 403)
        var lines: [LogLine] = []
        try eventually("the line is there", log: pod.gate.log) {
            lines = try pod.gate.log.auditLines("access").filter { $0["user"] == user }
            return !lines.isEmpty
        }
        let line = try #require(lines.count == 1 ? lines[0] : nil)
        #expect(line.level == "NOTICE" && line.message == "access refused")
        #expect(line["method"] == "POST" && line["path"] == "/admin/users/%22%20INFO:%20forged")
        #expect(line["require"] == "group admin" && line["reason"] == "requirement not met")
        let id = try site.postgreSQL.psql("SELECT session_id FROM session_tokens WHERE user_id = '\(user)'")
        #expect(line["session"] == id && line["time"] != nil)
        // Over HTTP a client of a unix socket has no address.
        #expect(GateProtocol.current == .http || line["client"] != nil)
        #expect(!pod.gate.log.contains("hunter2"))
    }

    // MARK: Accepted and refused users

    @Test func `no session is answered 401, an unmet requirement 403, and an invalid one 503`() throws {
        let (admin, other) = (try pod.signIn("ann", groups: ["admin"]), try pod.signIn("bob"))
        let ended = try pod.signIn("ann", groups: ["admin"])
        try site.postgreSQL.psql("SELECT revoke_access_token('\(ended)')")
        for path in ["/admins/x", "/set/x", "/both/x", "/shift/x", "/nonsense/x"] {
            #expect(try status(path, nil) == 401, "\(path)")
            #expect(try status(path, ended) == 401, "\(path)")
        }
        for path in ["/admins/x", "/set/x", "/both/x", "/shift/x"] {
            #expect(try status(path, other) == 403, "\(path)")
        }
        for token in [admin, other] {
            let answer = try client.get("/nonsense/x", headers: [bearer(token)])
            #expect(answer.status == 503 && answer.headers["Retry-After"] != nil)
        }
        // Neither the gate nor the application receives a request.
        for token in [nil, other, admin] { #expect(try status("/mistyped/x", token) == 500) }
        try pod.gate.waitForLog(containing: "\(source) is not understood: 'admin, staff'")
        #expect(try status("/admins/x", admin) == 200)
        switch GateProtocol.current {
        case .fastCGI: #expect(try status("/nothing/x", other) == 200)
        case .http:
            // A check over HTTP that demands nothing is one whose demand was forgotten.
            #expect(try status("/nothing/x", admin) == 503)
            try pod.gate.waitForLog(containing: "\(source) is not understood: '(no authfcgi_demand)'")
        }
    }

    @Test func `a parameter of FastCGI's demands something over FastCGI, and lets nobody in over HTTP`() throws {
        let (admin, other) = (try pod.signIn("ann", groups: ["admin"]), try pod.signIn("bob"))
        #expect(try status("/parameter/x", nil) == 401)
        #expect(try status("/parameter/x", other) == (GateProtocol.current == .http ? 503 : 403))
        #expect(try status("/parameter/x", admin) == (GateProtocol.current == .http ? 503 : 200))
    }

    @Test func `what cannot be said in a path over HTTP lets nobody in`() throws {
        let isHTTP = GateProtocol.current == .http
        let slash = try pod.signIn("bob", groups: ["a/b"])
        #expect(try status("/slash/x", slash) == (isHTTP ? 503 : 200))
        #expect(try status("/slash/x", pod.signIn("bob", groups: ["a"])) == (isHTTP ? 503 : 403))
        // Two demands, of which one has an "or".
        let both = try pod.signIn("bob", groups: ["night shift", "staff"])
        #expect(try status("/alternatives/x", both) == (isHTTP ? 503 : 200))
        #expect(try status("/alternatives/x", pod.signIn("bob", groups: ["night shift"])) == (isHTTP ? 503 : 403))
    }

    @Test func `a demand holds for no other check of the same request`() throws {
        let token = try pod.signIn("bob", groups: ["staff"])
        // The page in place of the 403 is another location, which demands a session alone.
        #expect(try status("/after/x", token) == 200)
        #expect(try status("/admins/x", token) == 403)
    }

    @Test func `requirements with spaces and quotes, and over several lines, are checked`() throws {
        for (user, groups, expected) in [
            ("bob", ["night shift"], 200), ("bob", ["night"], 403), ("bob", ["shift"], 403), ("Ann O'Hara", [], 200),
            ("Ann", [], 403), ("bob", ["admin", "staff"], 200), ("bob", ["admin"], 403), ("bob", ["Night Shift"], 403),
            ("bob", ["night shift,admin"], 403),
        ] {
            let token = try pod.signIn(user, groups: groups)
            #expect(try status("/shift/x", token) == expected, "\(user) \(groups)")
        }
    }

    @Test func `a requirement may depend on the path`() throws {
        let token = try pod.signIn("bob", groups: ["red"])
        #expect(try status("/team/red/x", token) == 200)
        #expect(try status("/team/blue/x", token) == 403)
    }

    @Test func `a location's own check and a requirement in a variable both apply`() throws {
        for (groups, expected) in [(["admin"], 403), (["staff"], 403), (["admin", "staff"], 200)] {
            #expect(try status("/both/x", pod.signIn("bob", groups: groups)) == expected, "\(groups)")
        }
    }

    @Test func `nested locations inherit the check, but not the variable`() throws {
        let token = try pod.signIn("bob", groups: ["staff"])
        #expect(try status("/admins/x.php", token) == 403)
        #expect(try status("/admins/x.php", pod.signIn("ann", groups: ["admin"])) == 200)
        // A consequence of nginx's inheritance, and the reason why the example has its own check location.
        #expect(try status("/set/x", token) == 403)
        #expect(try status("/set/x.php", token) == 200)
        #expect(try status("/set/x.php", nil) == 401)
    }

    @Test(arguments: ["Auth-Require", "AUTH_REQUIRE", "HTTP_AUTH_REQUIRE", "auth_require", "Http-Auth-Require"])
    func `no header can replace a requirement`(_ name: String) throws {
        let token = try pod.signIn("bob", groups: ["staff"])
        for value in ["", "group staff", "user bob", "nonsense"] {
            for path in ["/admins/x", "/set/x", "/both/x"] {
                #expect(try status(path, token, [(name, value)]) == 403, "\(name): \(value)")
            }
            #expect(try status("/open", token, [(name, "group admin")]) == 200)
            let query = "/admins/x?AUTH_REQUIRE=&authfcgi_require=&arg_authfcgi_require="
            #expect(try status(query, token, [(name, value)]) == 403)
        }
    }

    @Test func `the site's own page for a 403 gets no identity`() throws {
        let token = try pod.signIn("bob", groups: ["staff"])
        let answer = try client.get("/page/x", headers: [bearer(token)])
        #expect(answer.status == 403 && answer.headers["X-App"] == "1")
        #expect(EchoedRequest(answer)["Remote-User"] == [])
        #expect(EchoedRequest(answer)["Authorization"] == [])
    }

    // MARK: Changes

    @Test func `an added or removed group takes effect within a second`() throws {
        let token = try pod.signIn("carol", groups: ["staff"])
        for (groups, expected) in [("{staff,admin}", 200), ("{staff}", 403), ("{admin}", 200), ("{}", 403)] {
            for _ in 0..<5 { #expect(try status("/admins/x", token) != expected) }
            try site.postgreSQL.psql("SELECT update_user_sessions('carol', groups => '\(groups)')")
            try eventually("the groups are \(groups)", within: .seconds(1)) {
                try status("/admins/x", token) == expected
            }
        }
        #expect(try status("/open", token) == 200)
    }

    @Test func `without the gate the response is 503, for administrators too`() throws {
        let admin = try pod.signIn("ann", groups: ["admin"])
        #expect(try pod.client().get("/admin/x", headers: [bearer(admin)]).status == 200)
        try pod.gate.stop()
        let answer = try pod.client().get("/admin/x", headers: [bearer(admin)])
        #expect(answer.status == 503 && answer.headers["Retry-After"] != nil)
        try pod.gate.start()
        #expect(try pod.client().get("/admin/x", headers: [bearer(admin)]).status == 200)
    }
}
