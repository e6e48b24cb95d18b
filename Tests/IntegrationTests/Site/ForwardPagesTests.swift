import TestSupport
import Testing

/// `nginx/authfcgi/forward-pages.conf`, with requests in the forms of proxies that hand the answer to the client.
@Suite(.serialized, .leavesCleanLogs) struct ForwardPagesTests {
    private static let shared = OncePerSuite { try ForwardAuthShape.site(including: "forward-pages.conf") }
    private static let signIn = "https://app.example.com/auth/login?rd=%2Fapp%2Fpage%3Fq%3D1%26x%3D2"
    private let pod: Pod

    init() throws { pod = try Self.shared.get().pod }

    /// Returns the request of Traefik, or that of Envoy, for a client's request to https://app.example.com.
    private func ask(
        _ shape: ForwardAuthShape, _ headers: [(String, String)], path: String = "/app/page?q=1&x=2",
        at name: String = "asked"
    ) throws -> HTTPAnswer {
        var request = shape.request("GET", path, headers: headers)
        if shape == .envoy {
            request.headers += [("Host", "app.example.com"), ("X-Forwarded-Proto", "https")] + headers
        }
        return try pod.client(name).request(request.method, request.path, headers: request.headers)
    }

    private static let shapes = [ForwardAuthShape.traefik, .envoy]

    @Test(arguments: shapes)
    func `a page load is sent to the sign-in page of its host with the whole address`(_ shape: ForwardAuthShape) throws
    {
        for headers in [[("Sec-Fetch-Mode", "navigate")], [("Accept", "text/html,*/*;q=0.8")]] {
            let answer = try ask(shape, headers)
            #expect(answer.status == 302 && answer.headers["Location"] == Self.signIn)
            #expect(answer.headers["Cache-Control"] == "no-store" && answer.headers["Remote-User"] == nil)
        }
    }

    @Test(arguments: shapes)
    func `programs and scripts get the bare 401`(_ shape: ForwardAuthShape) throws {
        for headers in [[], [("Accept", "*/*")], [("Sec-Fetch-Mode", "cors"), ("Accept", "text/html")]] {
            let answer = try ask(shape, headers)
            #expect(answer.status == 401 && answer.headers["Location"] == nil && answer.body.isEmpty)
            #expect(answer.headers["WWW-Authenticate"] == "Bearer")
            #expect(answer.headers["X-Auth-Location"] == "/auth/login?rd=%2Fapp%2Fpage%3Fq%3D1%26x%3D2")
        }
    }

    @Test func `a request with a session passes with the identity, and one without the group does not`() throws {
        let (ann, bob) = (try pod.signIn("ann", groups: ["staff"]), try pod.signIn("bob"))
        let answer = try ask(.traefik, [cookie(ann), ("Sec-Fetch-Mode", "navigate")], at: "staff")
        #expect(answer.status == 200 && answer.headers["Remote-User"] == "ann")
        for mode in ["navigate", "cors"] {
            let refused = try ask(.traefik, [cookie(bob), ("Sec-Fetch-Mode", mode)], at: "staff")
            #expect(refused.status == 403 && refused.body.isEmpty == (mode == "cors"))
        }
    }

    @Test func `no path comes to another page of the gate, and no host or path makes another header`() throws {
        for path in ["/auth/login", "//auth/login", "/x/../auth/login", "/healthz", "/auth/me", "/auth/logout?done=1"] {
            #expect(try ask(.envoy, [], path: path).status == 401, "\(path)")
            // The sign-in page cannot be reached by way of itself.
            let status = path == "/auth/login" ? 401 : 302
            #expect(try ask(.envoy, [("Sec-Fetch-Mode", "navigate")], path: path).status == status, "\(path)")
        }
        for host in ["evil.example/x", "a b", "u@evil.example", "x\"y", ""] {
            let headers = [
                ("X-Forwarded-Host", host), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Uri", "/a%0d%0aX:y\"<"),
                ("Sec-Fetch-Mode", "navigate"),
            ]
            let answer = try pod.client("asked").get("/", headers: headers)
            let path = "/auth/login?rd=%2Fa%250d%250aX%3Ay%22%3C"
            #expect(answer.status == 302)
            #expect(answer.headers["Location"] == (host.isEmpty ? "https://localhost\(path)" : path))
        }
    }

    @Test func `without the gate the response is 503`() throws {
        let site = try ForwardAuthShape.site(including: "forward-pages.conf")
        try site.pod.gate.stop()
        let answer = try site.pod.client("asked").get("/page", headers: [("Sec-Fetch-Mode", "navigate")])
        #expect(answer.status == 503 && answer.headers["Retry-After"] == "2")
    }
}
