import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// The routes without a protocol, as far as they need no store.
@EventLoop
@Suite struct RouterTests {
    private let routed = RoutedStage()
    private var stage: LoginStage { routed.login }

    private static let token = RoutedStage.token
    private static let cookie = RoutedStage.cookie

    private func ask(
        _ method: String, _ path: String, _ facts: [(OriginalRequest.Fact, String)] = [],
        question: Exchange.Question = .byPath, body: RequestBody = .whole([])
    ) -> RecordedExchange {
        routed.ask(method, path, facts, question: question, body: body)
    }

    // MARK: Checks

    @Test(arguments: ["/auth/verify", "/auth/verify/x"])
    func `a check without credentials is answered 401, as a check`(_ path: String) {
        let answer = ask("GET", path)
        #expect(answer.status == 401 && answer.wasCheck && answer.says("\r\nWWW-Authenticate: Bearer\r\n"))
    }

    @Test func `a request of the authorizer role is a check on any path`() {
        for path in ["/auth/login", "/", "/healthz", ""] {
            let answer = ask("POST", path, question: .authorizer)
            #expect(answer.status == 401 && answer.wasCheck)
        }
    }

    @Test func `a check ignores the body`() {
        for body in [RequestBody.tooLong, .cutShort, .whole([1])] {
            #expect(ask("POST", "/auth/verify", body: body).status == 401)
        }
    }

    @Test func `only contradicting cookies are removed by the response`() {
        let header = "sid=\(Self.token); sid=x"
        let answer = ask("GET", "/auth/verify", [(.cookie, header)])
        #expect(
            answer.status == 401 && answer.says("\r\nSet-Cookie: sid=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-"))
        #expect(!ask("GET", "/auth/verify", [(.cookie, "sid=x")]).says("Set-Cookie"))
        #expect(!ask("GET", "/auth/verify", [(.authorization, "Bearer afs_x")]).says("Set-Cookie"))
    }

    @Test func `a check is answered 503 while the store cannot tell`() {
        let answer = ask("GET", "/auth/verify", [(.cookie, Self.cookie)])
        #expect(answer.status == 503 && answer.wasCheck && answer.says("\r\nRetry-After: 1\r\n"))
    }

    // MARK: Paths

    @Test func `an unknown path is answered 404, and another method 405`() {
        #expect(ask("GET", "/").status == 404 && ask("GET", "/auth/Login").status == 404)
        let answer = ask("PUT", "/auth/login")
        #expect(answer.status == 405 && answer.says("\r\nAllow: GET, HEAD, POST\r\n") && !answer.wasCheck)
    }

    @Test func `a browser that asks for the address of the form for a password gets the account page`() {
        for facts in [[(OriginalRequest.Fact.fetchMode, "navigate")], [(.accept, "text/html,*/*;q=0.8")]] {
            let answer = ask("GET", "/auth/password", facts)
            #expect(answer.status == 303 && answer.location == "/auth/account")
        }
        for facts in [[(OriginalRequest.Fact.fetchMode, "cors")], [(.accept, "*/*")], []] {
            let answer = ask("GET", "/auth/password", facts)
            #expect(answer.status == 405 && answer.headers("Allow") == ["POST"])
        }
    }

    @Test func `a gate that shuts down is alive and not ready`() {
        #expect(ask("GET", "/healthz").says(#"{"status":"alive"}"#))
        let answer = ask("GET", "/readyz")
        #expect(answer.status == 503 && answer.says("draining"))
    }

    // MARK: Bodies

    private static let json = [(OriginalRequest.Fact.contentType, "application/json")]

    @Test func `the body of a login must be complete and valid JSON`() {
        #expect(ask("POST", "/auth/login", Self.json, body: .tooLong).status == 413)
        #expect(ask("POST", "/auth/login", Self.json, body: .cutShort).status == 400)
        #expect(ask("POST", "/auth/login", body: .whole(Array("{}".utf8))).status == 415)
        let answer = ask("POST", "/auth/login", Self.json, body: .whole(Array("{}".utf8)))
        #expect(answer.status == 400 && answer.says("username is missing"))
        #expect(stage.effects.all.isEmpty)
    }

    @Test(arguments: [
        (LoginAdmission.refused(seconds: 30), true, 429, "\r\nRetry-After: 30\r\n"),
        (.allowed(LoginReservation(text: "r")), false, 401, "the user name or the password is wrong"),
        (.allowed(LoginReservation(text: "r")), true, 200, #""token":"afs_"#),
    ])
    func `the response to a login follows the flow's outcome`(
        _ admission: LoginAdmission, _ matches: Bool, _ status: Int, _ text: String
    ) async {
        stage.store.admission = admission
        if !matches { stage.hasher.verdict = .success(.differs) }
        let body = RequestBody.whole(Array(#"{"username":"ann","password":"secret"}"#.utf8))
        let facts = Self.json + [(.userAgent, "browser"), (.cookie, Self.cookie)]
        let answer = ask("POST", "/auth/login", facts, body: body)
        while answer.answers.isEmpty { await Task.yield() }
        #expect(answer.status == status && answer.says(text) && !answer.wasCheck)
        if status == 200 {
            #expect(stage.effects.all.contains("create for 7 from 192.0.2.7 with browser, replacing, settling"))
        }
    }

    // MARK: Same origin

    @Test(arguments: [("POST", "/auth/password"), ("POST", "/auth/logout")])
    func `a request from another site with a cookie changes nothing`(_ method: String, _ path: String) {
        let answer = ask(method, path, [(.cookie, Self.cookie), (.fetchSite, "cross-site")])
        #expect(answer.status == 403 && answer.says("cross_origin"))
        #expect(stage.effects.all.count == 1 && stage.effects.all[0].hasSuffix("(not asked by a page of this site)"))
    }

    @Test func `a logout without a session succeeds`() {
        #expect(ask("POST", "/auth/logout").status == 204)
        let answer = ask("POST", "/auth/logout", [(.cookie, "sid=x")])
        #expect(answer.status == 204 && answer.says("\r\nSet-Cookie: sid=; "))
    }

    @Test func `without a session there is nothing to read or change`() {
        for (method, path) in [("GET", "/auth/me"), ("GET", "/auth/sessions"), ("POST", "/auth/password")] {
            #expect(ask(method, path, Self.json).status == 401)
            let several = ask(method, path, [(.cookie, Self.cookie), (.cookie, Self.cookie)])
            #expect(several.status == 401 && several.says("several session cookies"))
        }
    }
}
