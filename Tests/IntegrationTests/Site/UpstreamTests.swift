import TestSupport
import Testing

/// The requests that reach an application behind the gate.
@Suite(.serialized, .leavesCleanLogs, .overBothProtocols) struct UpstreamTests {
    private static let shared = SharedSite { try Site() }
    private let pod: Pod

    init() throws {
        pod = try Self.shared.get().pod
    }

    private static let identityHeaders = [
        "Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email", "X-Auth-User-Id", "X-Auth-Session-Id",
    ]

    private func received(_ path: String, _ headers: [(String, String)]) throws -> EchoedRequest {
        let answer = try pod.client().get(path, headers: Browser.headers + headers)
        try #require(answer.status == 200, "\(answer)")
        return EchoedRequest(answer)
    }

    @Test(arguments: ["/", "/api/page"])
    func `a request for a protected page reaches the application with the user's identity`(path: String) throws {
        let token = try pod.signIn("ann", groups: ["staff", "on-call"])
        for credentials in [bearer(token), cookie(token)] {
            let request = try received(path, [credentials])
            #expect(request.methodAndPath == "GET \(path)")
            #expect(request["Remote-User"] == ["ann"])
            #expect(request["Remote-Groups"] == ["staff,on-call"])
            #expect(request["X-Auth-User-Id"] == ["ann"])
            #expect(request["X-Auth-Session-Id"].count == 1)
        }
    }

    @Test(arguments: [
        [("Sec-Fetch-Mode", "navigate")], [("Accept", "text/html,*/*;q=0.8")],
        [("Sec-Fetch-Mode", "navigate"), ("Accept", "*/*")], Browser.headers,
    ])
    func `without a session a page load leads to the sign-in page, with the whole address`(
        headers: [(String, String)]
    ) throws {
        let page = try pod.client().get("/report?year=1&month=2", headers: headers)
        #expect(page.status == 302)
        let location = try #require(page.headers["Location"])
        let escaped = "/auth/login?rd=%2Freport%3Fyear%3D1%26month%3D2"
        #expect(location.hasSuffix(escaped) || location == "/auth/login?rd=/report?year=1&month=2", "\(location)")
        #expect(page.headers.all("Cache-Control") == ["no-store"])
        let program = try pod.client().get("/api/report", headers: headers)
        #expect(program.status == 401 && program.headers["Location"] == nil)
    }

    @Test(arguments: [
        [], [("Accept", "*/*")], [("Accept", "application/json")], [("Accept", "image/avif,image/*")],
        [("Sec-Fetch-Mode", "cors"), ("Accept", "text/html")],
        [("Sec-Fetch-Mode", "no-cors"), ("Accept", "text/html")],
    ])
    func `without a session everything else gets 401 at the same address`(headers: [(String, String)]) throws {
        for path in ["/report?year=1&month=2", "/api/report", "/admin/users"] {
            let answer = try pod.client().get(path, headers: headers)
            #expect(answer.status == 401 && answer.headers["Location"] == nil, "\(path)")
            #expect(answer.headers.all("WWW-Authenticate") == ["Bearer"], "\(path)")
        }
    }

    @Test(arguments: ["/", "/api/page"])
    func `identity headers of the client's own are replaced by the gate's`(path: String) throws {
        let token = try pod.signIn("ann", groups: ["staff"])
        let forged = Self.identityHeaders.map { ($0, "admin") } + [("remote-user", "root"), ("REMOTE-USER", "root")]
        let request = try received(path, forged + [bearer(token)])
        #expect(request["Remote-User"] == ["ann"])
        #expect(request["Remote-Groups"] == ["staff"])
        #expect(request["X-Auth-User-Id"] == ["ann"])
        #expect(!request.description.contains("admin") && !request.description.contains("root"))
    }

    @Test func `on an open page identity headers of the client's own are removed`() throws {
        let token = try pod.signIn()
        let request = try received("/public/page", Self.identityHeaders.map { ($0, "admin") } + [bearer(token)])
        for name in Self.identityHeaders { #expect(request[name] == []) }
        #expect(!request.description.contains("admin"))
    }

    @Test(arguments: Array("_.!#$%&'*+^`|~").map(String.init))
    func `a header that CGI maps to an identity header does not pass`(separator: String) throws {
        let token = try pod.signIn()
        let forged = Self.identityHeaders.map { ($0.replacing("-", with: separator), "admin") }
        for path in ["/api/page", "/public/page"] {
            #expect(!(try received(path, forged + [bearer(token)]).description.contains("admin")))
        }
    }

    @Test(arguments: ["/", "/api/page", "/public/page"])
    func `a browser's request arrives as it was sent, but for the token`(path: String) throws {
        let token = try pod.signIn()
        let request = try received(path, [Browser.cookies(with: token)])
        for (name, value) in Browser.headers { #expect(request[name] == [value], "\(name)") }
        #expect(request["Cookie"] == [Browser.otherCookies])
        #expect(request["Host"] == ["localhost"])
        #expect(request["Authorization"] == [])
    }

    @Test(arguments: ["/api/page", "/public/page"])
    func `the token never reaches the application, in any form`(path: String) throws {
        let token = try pod.signIn()
        let forms: [[(String, String)]] = [
            [bearer(token)], [("Authorization", "bearer   \(token)")], [cookie(token)],
            [("Cookie", "theme=dark; __Host-session=\(token); lang=de")],
            [("Cookie", "theme=dark"), ("Cookie", "__Host-session=\(token)"), ("Cookie", "lang=de")],
            [("Cookie", "__Host-session=\(token);theme=dark")], [bearer(token), cookie(token)],
        ]
        for headers in forms {
            let request = try received(path, headers)
            #expect(!request.description.contains(token.dropFirst(4)))
            #expect(!request.description.contains("__Host-session"))
            #expect(request["Authorization"] == [])
        }
    }

    @Test func `other cookies and other credentials pass unchanged`() throws {
        let token = try pod.signIn()
        let jwt = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZnNfMSJ9.afs_signature"
        let cookies = "theme=dark; __Host-session=\(token); lang=de"
        let request = try received("/api/page", [("Authorization", jwt), ("Cookie", cookies)])
        #expect(request["Authorization"] == [jwt])
        #expect(request["Cookie"] == ["theme=dark; lang=de"])
        #expect(request["Remote-User"] == ["ann"])
        let basic = try received("/public/page", [("Authorization", "Basic YW5uOng="), ("Cookie", "a=1; b=2")])
        #expect(basic["Authorization"] == ["Basic YW5uOng="])
        #expect(basic["Cookie"] == ["a=1; b=2"])
    }

    @Test func `several Cookie headers reach the gate as one`() throws {
        let token = try pod.signIn()
        let request = try received("/api/page", [("Cookie", "a=1"), cookie(token), ("Cookie", "b=2")])
        #expect(request["Remote-User"] == ["ann"])
        #expect(request["Cookie"] == ["a=1; b=2"])
    }

    @Test func `22 kB of cookies are no obstacle`() throws {
        let token = try pod.signIn()
        let padding = String(repeating: "x", count: 7400)
        let cookies = ["a=\(padding)", "b=\(padding)", "__Host-session=\(token); c=\(padding)"]
        #expect(try received("/api/page", cookies.map { ("Cookie", $0) })["Remote-User"] == ["ann"])
    }

    @Test func `a body reaches the application, but not the check`() throws {
        let token = try pod.signIn()
        let body = String(repeating: "0123456789", count: 2000)
        for _ in 0..<3 {
            let answer = try pod.client().post("/api/page", body, type: "text/plain", headers: [bearer(token)])
            let request = EchoedRequest(answer)
            #expect(answer.status == 200)
            #expect(request.methodAndPath == "POST /api/page")
            #expect(request["Remote-User"] == ["ann"])
            #expect(request.body == body)
        }
        #expect(try pod.client().post("/api/page", body).status == 401)
    }

    @Test func `an application's own 500 stays a 500`() throws {
        let token = try pod.signIn()
        for path in ["/?status=500", "/api/page?status=500"] {
            let answer = try pod.client().get(path, headers: [bearer(token)])
            #expect(answer.status == 500)
            #expect(answer.headers["X-App"] == "1")
            #expect(answer.headers["Retry-After"] == nil)
            #expect(EchoedRequest(answer)["Remote-User"] == ["ann"])
        }
    }
}
