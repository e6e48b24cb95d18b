import TestSupport
import Testing

/// The shipped files protect the site even within a misconfigured server.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct HostileSurroundingsTests {
    private static let shared = SharedSite { try HostileSurroundings.site() }
    private let pod: Pod
    private var client: HTTPClient { pod.client(HostileSurroundings.listener) }

    init() throws {
        pod = try Self.shared.get().pod
    }

    @Test func `an inherited "satisfy any; allow all" admits nobody`() throws {
        for _ in 0..<3 { #expect(try client.get("/page").status == 401) }
    }

    @Test func `an inherited SCRIPT_NAME does not replace the check by the health page`() throws {
        #expect(try client.get("/healthz").status == 200)
        #expect(try client.get("/page").status == 401)
        #expect(try client.get("/page", headers: [bearer("afs_" + String(repeating: "A", count: 54))]).status == 401)
    }

    @Test func `a session gives access until its end, without a cache in between`() throws {
        let token = try pod.signIn()
        for _ in 0..<3 {
            let answer = try client.get("/page", headers: Browser.request(token))
            #expect(answer.status == 200)
            #expect(EchoedRequest(answer)["Remote-User"] == ["ann"])
            #expect(try client.get("/page", headers: Browser.request()).status == 401)
        }
        #expect(try client.post("/auth/logout", "", headers: [bearer(token)]).status == 204)
        try expectRefused { try client.get("/page", headers: [bearer(token)]).status }
    }

    @Test func `the requirement of a location is checked`() throws {
        let (ann, bob) = (try pod.signIn("ann", groups: ["staff"]), try pod.signIn("bob", groups: ["guests"]))
        #expect(try client.get("/staff/page", headers: [bearer(ann)]).status == 200)
        let refused = try client.get("/staff/page", headers: [bearer(bob)])
        #expect(refused.status == 403)
        #expect(!refused.text.contains("stray page"))
        #expect(try client.get("/page", headers: [bearer(bob)]).status == 200)
    }

    @Test(arguments: ["/auth/login", "/auth/me", "/auth/logout", "/healthz", "/readyz"])
    func `a regular expression location of the site takes over no endpoint`(path: String) throws {
        let token = try pod.signIn()
        let method = path == "/auth/login" || path == "/auth/logout" ? "POST" : "GET"
        let answer = try client.request(method, path, headers: [bearer(token)])
        // The gate responds with 415 to a login without a JSON body.
        let expected = ["/auth/login": 415, "/auth/logout": 204][path] ?? 200
        #expect(answer.status == expected)
        #expect(!answer.text.contains("stray page"))
    }

    static let ways = [
        "/_authfcgi/verify", "/auth/verify", "/auth/verify/", "/auth/verify/x", "//auth//verify", "/auth/%76erify",
        "/auth/sessions/../verify", "/auth/./verify", "/auth/sessions/%2e%2e/verify", "/%5fauthfcgi/verify",
        "//_authfcgi/verify", "/auth/verify?x=1",
    ]

    @Test(arguments: ways, [nil, HostileSurroundings.listener])
    func `the check cannot be requested from outside`(path: String, socket: String?) throws {
        let token = try pod.signIn()
        for headers in [[], [bearer(token)], [cookie(token)]] {
            // Paths with dot segments are refused altogether.
            let expected = path.contains("/.") || path.contains("/%2e") ? 400 : 404
            #expect(try pod.client(socket).get(path, headers: headers).status == expected)
        }
    }

    @Test func `two Authorization headers are not accepted`() throws {
        let token = try pod.signIn()
        for other in ["Bearer x", "Basic YW5uOng=", "Bearer \(token)"] {
            for headers in [[("Authorization", other), bearer(token)], [bearer(token), ("Authorization", other)]] {
                for socket in [nil, HostileSurroundings.listener] {
                    let status = try pod.client(socket).get("/api/page", headers: headers).status
                    #expect((400..<500).contains(status))
                }
            }
        }
    }

    @Test(arguments: [
        ("X-Forwarded-Uri", "/public/"), ("X-Original-URL", "/public/"), ("X-Rewrite-URL", "/healthz"),
        ("User-Agent", "kube-probe/1.30"), ("Script-Name", "/healthz"), ("Auth-Require", ""),
        ("X-Forwarded-For", "127.0.0.1"), ("X-Auth-Session-Id", "x"),
    ])
    func `no header except a credential gives access`(header: (String, String)) throws {
        for socket in [nil, HostileSurroundings.listener] {
            #expect(try pod.client(socket).get("/api/page", headers: [header]).status == 401)
        }
    }

    @Test func `a check's Set-Cookie reaches a browser only to remove contradicting cookies`() throws {
        let (one, two) = (try pod.signIn(), try pod.signIn())
        let contradicting = [
            ("Cookie", "__Host-session=\(one); __Host-session=\(two)"), ("Sec-Fetch-Mode", "navigate"),
        ]
        let page = try pod.client().get("/", headers: contradicting)
        #expect(page.status == 302)
        #expect(page.headers["Set-Cookie"]?.hasPrefix("__Host-session=;") == true)
        let program = try pod.client().get("/api/page", headers: contradicting)
        #expect(program.status == 401)
        #expect(program.headers["Set-Cookie"] == nil)
        for path in ["/", "/api/page"] {
            let answer = try pod.client().get(path, headers: [cookie(one)])
            #expect(answer.status == 200)
            #expect(answer.headers["Set-Cookie"] == nil)
        }
        #expect(try pod.client().get("/").headers["Set-Cookie"] == nil)
    }

    @Test func `an application's 500 stays a 500, even if nginx intercepts it`() throws {
        let token = try pod.signIn()
        let plain = try client.get("/page?status=500", headers: [bearer(token)])
        #expect(plain.status == 500 && plain.headers["X-App"] == "1")
        #expect(try client.get("/intercept/page?status=500", headers: [bearer(token)]).status == 500)
    }

    @Test func `a 9 KiB login is refused by the gate, a far larger one by nginx, both in JSON`() throws {
        for socket in [nil, HostileSurroundings.listener] {
            for size in [9 << 10, 90_000] {
                let body = #"{"username":"ann","password":""# + String(repeating: "x", count: size) + #""}"#
                let answer = try pod.client(socket).post("/auth/login", body)
                #expect(answer.status == 413)
                #expect(answer.headers["Content-Type"]?.hasPrefix("application/json") == true)
                let json = try object(answer)
                #expect(json["error"] == .text("body_too_large"))
                #expect(json["message"]?.text?.contains("8 KiB") == (size < 10_000))
            }
        }
    }
}
