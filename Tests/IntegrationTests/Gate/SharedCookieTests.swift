import TestSupport
import Testing

/// One sign-in for all hosts of a domain, and sites on plain http.
@Suite(.serialized) struct SharedCookieTests {
    private static func gate(_ environment: [String: String]) throws -> GateProcess {
        let (server, database) = try SharedServers.newDatabase()
        let gate = try GateProcess(
            in: SharedServers.folder.get(), name: "cookies-\(environment.count)", server: server, database: database,
            workers: 1, environment: environment)
        try gate.addUser("ann", password: "correct horse")
        return gate
    }

    private func signIn(_ gate: GateProcess, _ parameters: [(String, String)]) throws -> FastCGIAnswer {
        try gate.ask(
            "POST", "/auth/login",
            parameters: [("CONTENT_TYPE", "application/x-www-form-urlencoded")] + parameters,
            body: Array("username=ann&password=correct+horse&rd=https%3A%2F%2Fb.example.com%2Fx".utf8))
    }

    @Test func `with a domain the cookie is one of all its hosts, and a sign-in may lead to those that are listed`()
        throws
    {
        let gate = try Self.gate([
            "COOKIE_DOMAIN": "example.com", "REDIRECT_ORIGINS": "https://b.example.com",
            "LOGIN_URL": "https://a.example.com/auth/login",
        ])
        let host = ("AUTH_ORIGINAL_HOST", "a.example.com")
        let answer = try signIn(gate, [GateProcess.sameOrigin, host])
        #expect(answer.status == 303 && answer.headers["Location"] == "https://b.example.com/x")
        let token = try #require(answer.headers.cookie("__Secure-session"))
        let cookies = answer.headers.all("Set-Cookie")
        #expect(
            cookies.contains(
                "__Secure-session=\(token); Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax"))
        // What another setting, or a host of the domain, may have left.
        #expect(cookies.count { $0.hasPrefix("__Secure-session=; Path=/; ") } == 2)
        #expect(cookies.count { $0.hasPrefix("__Secure-session=; Path=/x; ") } == 3)
        let session = ("HTTP_COOKIE", "__Secure-session=\(token)")
        #expect(try gate.ask("GET", "/auth/verify", parameters: [session]).status == 200)
        let place = [
            ("AUTH_ORIGINAL_URI", "/x?y"), ("AUTH_ORIGINAL_HOST", "b.example.com"), ("REQUEST_SCHEME", "http"),
        ]
        let refused = try gate.ask("GET", "/auth/verify", parameters: place)
        #expect(refused.status == 401)
        #expect(
            refused.headers["X-Auth-Location"]
                == "https://a.example.com/auth/login?rd=https%3A%2F%2Fb.example.com%2Fx%3Fy")
        let several = ("HTTP_COOKIE", "__Secure-session=\(token); __Secure-session=planted")
        let page = try gate.ask("GET", "/auth/login", parameters: [several, host])
        let deleted = page.headers.all("Set-Cookie")
        #expect(page.status == 200 && deleted.count { $0.hasPrefix("__Secure-session=; Path=/; ") } == 3)
        #expect(deleted.count { $0.hasPrefix("__Secure-session=; Path=/auth/; ") } == 3)
        #expect(try gate.ask("GET", "/auth/verify", parameters: [several]).headers.all("Set-Cookie").count == 1)
    }

    @Test func `on plain http the cookie is not secure, and has a name that browsers accept there`() throws {
        let gate = try Self.gate(["COOKIE_SECURE": "off"])
        let origin = [
            ("HTTP_ORIGIN", "http://localhost:8001"), ("AUTH_ORIGINAL_HOST", "localhost:8001"),
            ("REQUEST_SCHEME", "http"),
        ]
        let answer = try signIn(gate, origin)
        #expect(answer.status == 303 && answer.headers["Location"] == "/")
        let token = try #require(answer.headers.cookie("session"))
        #expect(answer.headers.all("Set-Cookie").contains("session=\(token); Path=/; HttpOnly; SameSite=Lax"))
        #expect(try gate.ask("GET", "/auth/verify", parameters: [("HTTP_COOKIE", "session=\(token)")]).status == 200)
    }
}
