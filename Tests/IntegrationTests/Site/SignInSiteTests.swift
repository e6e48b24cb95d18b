import TestSupport
import Testing

/// The sign-in page and its form through nginx with the shipped files, as a browser uses them. The client's Host is
/// localhost.
@Suite(.serialized, .leavesCleanLogs) struct SignInSiteTests {
    private static let password = "a-password-for-ann"
    private static let shared = SharedSite {
        let site = try Site()
        for name in ["ann", "bob"] { try site.pod.gate.addUser(name, password: password) }
        return site
    }
    private let pod: Pod

    init() throws {
        RunRecord.note(secret: Self.password)
        pod = try Self.shared.get().pod
    }

    private func submit(
        _ name: String = "ann", _ password: String = password, target: String = "/", more: [(String, String)] = [],
        headers: [(String, String)] = [("Sec-Fetch-Site", "same-origin")]
    ) throws -> HTTPAnswer {
        let answer = try pod.client().post(
            "/auth/login", form: [("username", name), ("password", password), ("rd", target)] + more, headers: headers)
        if let token = answer.headers.cookie("__Host-session"), !token.isEmpty { RunRecord.note(secret: token) }
        return answer
    }

    private func page(_ token: String) throws -> Int {
        try pod.client().get("/api/page", headers: [cookie(token)]).status
    }

    /// Returns the header with which a browser sends back the cookie that counts its rounds.
    private func rounds(of answer: HTTPAnswer) throws -> (String, String) {
        ("Cookie", "authfcgi_rounds=\(try #require(answer.headers.cookie("authfcgi_rounds")))")
    }

    @Test(.overBothProtocols)
    func `a deep link with its query survives the sign-in, and the token is in the cookie alone`() throws {
        let link = "/public-not/a%2Fb?q=1&x=%26&next=//y"
        let away = try pod.client().get(link, headers: Browser.request())
        #expect(away.status == 302)
        let address = try #require(away.headers["Location"])
        let form = try pod.client().get(address, headers: Browser.request())
        #expect(form.status == 200 && form.headers["Content-Type"] == "text/html; charset=utf-8")
        #expect(form.headers["Cache-Control"] == "no-store" && form.headers["Set-Cookie"] == nil)
        let answer = try submit(target: link)
        #expect(answer.status == 303 && answer.headers["Location"] == link && answer.body.isEmpty)
        let token = try #require(answer.headers.cookie("__Host-session"))
        let header = "__Host-session=\(token); Path=/; Secure; HttpOnly; SameSite=Lax"
        #expect(answer.headers.all("Set-Cookie").contains(header))
        #expect(!answer.headers.fields.contains { $0.name != "Set-Cookie" && $0.value.contains("afs_") })
        #expect(try page(token) == 200)
    }

    @Test func `the longest link that is documented survives the sign-in, and a longer one is left out`() throws {
        for (count, isKept) in [(4089, true), (4090, false)] {
            let link = "/" + String(repeating: "a", count: count)
            let address = try #require(try pod.client().get(link, headers: Browser.request()).headers["Location"])
            #expect(address == "/auth/login" + (isKept ? "?rd=%2F\(link.dropFirst())" : ""))
            let form = try pod.client().get(address)
            #expect(form.status == 200 && form.text.contains("value=\"\(isKept ? link : "/")\""))
            guard isKept else { continue }
            let answer = try submit(target: link)
            #expect(answer.status == 303 && answer.headers["Location"] == link)
            let back = try pod.client().get(address, headers: [cookie(try pod.signIn())])
            #expect(back.status == 303 && back.headers["Location"] == link)
        }
    }

    @Test func `a signed-in browser goes straight back, and not for ever`() throws {
        let token = try pod.signIn()
        var rounds = ""
        for _ in 1...2 {
            let headers = [("Cookie", "__Host-session=\(token)\(rounds)")]
            let answer = try pod.client().get("/auth/login?rd=/app?a=1&b=2", headers: headers)
            #expect(answer.status == 303 && answer.headers["Location"] == "/app?a=1&b=2")
            rounds = "; authfcgi_rounds=\(try #require(answer.headers.cookie("authfcgi_rounds")))"
        }
        let headers = [("Cookie", "__Host-session=\(token)\(rounds)")]
        let answer = try pod.client().get("/auth/login?rd=/app?a=1&b=2", headers: headers)
        #expect(answer.status == 200 && answer.headers["Location"] == nil)
        #expect(answer.text.contains("You are signed in here") && !answer.text.contains("does not keep"))
        #expect(answer.text.contains("<a href=\"/auth/login?rd=%2Fapp%3Fa%3D1%26b%3D2\">"))
        // Another tab, which stood at the sign-in page too.
        #expect(try pod.client().get("/auth/login?rd=/other", headers: headers).status == 303)
        #expect(answer.headers.cookie("authfcgi_rounds")?.isEmpty == true)
        // The page says what is wrong; a fresh start is possible at once.
        #expect(try pod.client().get("/auth/login?rd=/app", headers: [cookie(token)]).status == 303)
    }

    @Test func `a browser that drops the cookie is asked twice, and not again and again`() throws {
        let first = try rounds(of: submit(target: "/app"))
        let back = try pod.client().get("/auth/login?rd=/app", headers: [first])
        #expect(back.status == 200 && back.text.contains("name=\"password\"") && back.headers["Set-Cookie"] == nil)
        let second = try rounds(of: submit(target: "/app", headers: [("Sec-Fetch-Site", "same-origin"), first]))
        let told = try pod.client().get("/auth/login?rd=/app", headers: [second])
        #expect(told.status == 200 && !told.text.contains("<form"))
        #expect(told.headers.cookie("authfcgi_rounds")?.isEmpty == true)
    }

    @Test func `whoever was signed out on another host of the domain gets the page, and can sign in again`() throws {
        let answer = try submit(target: "/app")
        let token = try #require(answer.headers.cookie("__Host-session"))
        // The other host's answer deletes the domain's cookie, and not the one of this host that counts.
        let out = try pod.client().post(
            "/auth/logout", form: [], headers: [cookie(token), ("Sec-Fetch-Site", "same-origin")])
        #expect(out.status == 303)
        let counted = try rounds(of: answer)
        let back = try pod.client().get("/auth/login?rd=/app", headers: [counted])
        #expect(back.status == 200 && back.text.contains("name=\"password\""))
        let again = try submit(target: "/app", headers: [("Sec-Fetch-Site", "same-origin"), counted])
        #expect(again.status == 303)
        #expect(try page(try #require(again.headers.cookie("__Host-session"))) == 200)
    }

    @Test func `a sign-in as somebody else ends the old session`() throws {
        let old = try #require(try submit("bob").headers.cookie("__Host-session"))
        #expect(try page(old) == 200)
        let answer = try submit("ann", headers: [("Sec-Fetch-Site", "same-origin"), cookie(old)])
        #expect(answer.status == 303)
        try expectRefused { try page(old) }
        #expect(try page(try #require(answer.headers.cookie("__Host-session"))) == 200)
    }

    @Test(.overBothProtocols) func `of several cookies all sessions end with a sign-in`() throws {
        let tokens = try (0..<2).map { _ in try pod.signIn() }
        let cookies = ("Cookie", tokens.map { "__Host-session=\($0)" }.joined(separator: "; "))
        #expect(
            try pod.client().get("/auth/login", headers: [cookies]).headers.cookie("__Host-session")?.isEmpty == true)
        let answer = try submit("ann", headers: [("Sec-Fetch-Site", "same-origin"), cookies])
        #expect(answer.status == 303)
        for token in tokens {
            try eventually("the session has ended", within: .seconds(2)) { try page(token) == 401 }
        }
        #expect(try page(try #require(answer.headers.cookie("__Host-session"))) == 200)
    }

    @Test func `a kept cookie has an age`() throws {
        let answer = try submit(more: [("remember", "1")])
        let header = answer.headers.all("Set-Cookie").first { $0.hasPrefix("__Host-session=") }
        #expect(header?.hasSuffix("; Max-Age=86400") == true)
    }

    @Test func `a wrong password is a page with 401 and no dialogue of the browser`() throws {
        let answer = try submit("ann", "a-wrong-password")
        #expect(answer.status == 401 && answer.headers["WWW-Authenticate"] == nil)
        #expect(answer.headers["Content-Type"] == "text/html; charset=utf-8" && answer.headers["Set-Cookie"] == nil)
        #expect(!answer.text.contains("a-wrong-password"))
    }

    @Test(
        .overBothProtocols,
        arguments: [
            [], [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")],
            [("Origin", "https://evil.example")],
            [("Origin", "null")], [("Origin", "http://localhost:8001")],
        ])
    func `a form of another site signs nobody in`(headers: [(String, String)]) throws {
        let answer = try submit(headers: headers)
        #expect(answer.status == 403 && answer.headers["Set-Cookie"] == nil)
    }

    @Test(
        .overBothProtocols,
        arguments: [
            "//evil.example", "https://evil.example/", "/\\evil.example", "/%2fevil.example", "javascript:alert(1)",
        ])
    func `no target leads to another site`(target: String) throws {
        #expect(try submit(target: target).headers["Location"] == "/")
        let token = try pod.signIn()
        let answer = try pod.client().get("/auth/login?rd=\(target)", headers: [cookie(token)])
        #expect(answer.status == 303 && answer.headers["Location"] == "/")
    }

    @Test(.overBothProtocols) func `the form of the sign-out page ends the session, of several cookies all`() throws {
        let tokens = try (0..<2).map { _ in try pod.signIn() }
        let cookies = ("Cookie", tokens.map { "__Host-session=\($0)" }.joined(separator: "; "))
        #expect(try pod.client().get("/auth/logout", headers: [cookies]).status == 200)
        let refused = try pod.client().post("/auth/logout", form: [], headers: [cookies])
        #expect(refused.status == 403)
        for token in tokens { #expect(try page(token) == 200) }
        let answer = try pod.client().post(
            "/auth/logout", form: [], headers: [cookies, ("Sec-Fetch-Site", "same-origin")])
        #expect(answer.status == 303 && answer.headers["Location"] == "/auth/logout?done=1")
        #expect(answer.headers["Clear-Site-Data"] == "\"cache\"")
        #expect(answer.headers.cookie("__Host-session")?.isEmpty == true)
        for token in tokens { try expectRefused { try page(token) } }
    }

    @Test func `other methods are refused, and unknown pages do not exist`() throws {
        let answer = try pod.client().request("PUT", "/auth/login", headers: [], body: [])
        #expect(answer.status == 405 && answer.headers["Allow"] == "GET, HEAD, POST")
        #expect(try pod.client().request("HEAD", "/auth/login").status == 200)
    }
}
