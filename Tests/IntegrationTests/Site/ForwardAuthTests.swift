import TestSupport
import Testing

/// `nginx/authfcgi/forward-auth.conf`, with requests in the forms of other proxies.
@Suite(.serialized, .leavesCleanLogs) struct ForwardAuthTests {
    private static let shared = OncePerSuite { try ForwardAuthShape.site(including: "forward-auth.conf") }
    private static let identity = [
        "Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email", "X-Auth-User-Id", "X-Auth-Session-Id",
    ]
    private let pod: Pod

    init() throws { pod = try Self.shared.get().pod }

    private func ask(
        _ shape: ForwardAuthShape, _ path: String, _ headers: [(String, String)], at listener: String = "asked",
        method: String = "GET"
    ) throws -> HTTPAnswer {
        let request = shape.request(method, path, headers: headers)
        return try pod.client(listener).request(request.method, request.path, headers: request.headers)
    }

    @Test(arguments: ForwardAuthShape.allCases)
    func `a request with a session passes, with the identity`(_ shape: ForwardAuthShape) throws {
        let token = try pod.signIn("ann", groups: ["staff", "on call"])
        for credentials in [bearer(token), cookie(token)] {
            for method in ["GET", "POST", "DELETE", "OPTIONS"] {
                let spoofed = Self.identity.map { ($0, "admin") }
                let answer = try ask(shape, "/app/page?q=1", [credentials] + spoofed, method: method)
                #expect(answer.status == 200, "\(method)")
                #expect(answer.headers["Remote-User"] == "ann")
                #expect(answer.headers["Remote-Groups"] == "staff,on call")
                #expect(answer.headers["X-Auth-User-Id"] == "ann")
                for name in Self.identity { #expect(answer.headers.all(name).count == 1, "\(name)") }
                #expect(answer.headers["Cache-Control"] == "no-store")
                #expect(answer.body.isEmpty)
            }
        }
    }

    @Test(arguments: ForwardAuthShape.allCases)
    func `without a session nothing passes, on any path`(_ shape: ForwardAuthShape) throws {
        let paths = [
            "/", "/app", "/auth/login", "//auth/login", "/auth//login", "/x/../auth/login", "/x/%2e%2e/auth/login",
            "/x/..%2fauth/login", "/%2e%2e/auth/login", "/../auth/login", "/..", "/%2e%2e", "/auth/login/",
            "/auth/%6cogin",
            "/auth/login?rd=/", "/auth/verify", "/auth/verify/../login", "/auth/me", "/auth/logout", "/auth/sessions",
            "/healthz", "/readyz", "//healthz", "/x/../healthz", "/%68ealthz", "/healthz%00", "/healthz%20",
            "/healthz;x",
            "/metrics", "/_authfcgi/verify", "/@authfcgi_cannot_ask", "/index.php", "/favicon.ico", "/a%0d%0aX:%20y",
            "*",
        ]
        let credentials: [[(String, String)]] = [
            [], [bearer("afs_" + String(repeating: "A", count: 54))], [cookie("x")], [("Authorization", "Basic dDp0")],
        ]
        for path in paths {
            for headers in credentials {
                for method in ["GET", "HEAD", "POST", "OPTIONS"] where path != "*" || method == "OPTIONS" {
                    let answer = try ask(shape, path, headers, method: method)
                    // 400: nginx rejects such a path without a check.
                    #expect(answer.status == 401 || answer.status == 400, "\(method) \(path): \(answer.status)")
                    #expect(answer.headers["Remote-User"] == nil)
                }
            }
        }
        #expect(try ask(shape, "/app", []).status == 401)
        #expect(try ask(shape, "/app", []).headers["WWW-Authenticate"] == "Bearer")
    }

    @Test func `the listener has no login`() throws {
        let password = "a-password-for-the-proxy"
        RunRecord.note(secret: password)
        try pod.gate.addUser("pat", password: password)
        for path in ["/auth/login", "//auth/login", "/x/../auth/login"] {
            let answer = try pod.client("asked").post(path, #"{"username":"pat","password":"\#(password)"}"#)
            #expect(answer.status == 401, "\(path)")
            #expect(!answer.text.contains("afs_"))
        }
    }

    @Test func `a listener with a requirement admits users who meet it`() throws {
        let (ann, bob) = (try pod.signIn("ann", groups: ["staff"]), try pod.signIn("bob", groups: ["guests"]))
        for shape in ForwardAuthShape.allCases {
            #expect(try ask(shape, "/page", [bearer(ann)], at: "staff").status == 200)
            #expect(try ask(shape, "/page", [bearer(bob)], at: "staff").status == 403)
            #expect(try ask(shape, "/page", [], at: "staff").status == 401)
        }
    }

    @Test func `an ended session does not pass, and without the gate the response is 503`() throws {
        let site = try ForwardAuthShape.site(including: "forward-auth.conf")
        let client = site.pod.client("asked")
        let token = try site.pod.signIn()
        #expect(try client.get("/page", headers: [bearer(token)]).status == 200)
        #expect(try site.pod.client().post("/auth/logout", "", headers: [bearer(token)]).status == 204)
        try expectRefused { try client.get("/page", headers: [bearer(token)]).status }
        let other = try site.pod.signIn()
        try site.pod.gate.stop()
        let answer = try client.get("/auth/login", headers: [bearer(other)])
        #expect(answer.status == 503)
        #expect(answer.headers["Retry-After"] == "2")
        #expect(answer.text.contains("unavailable"))
    }
}
