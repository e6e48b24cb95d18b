import EventLoop
import FoundationEssentials
import Sessions
import Testing

@testable import AuthFCGI

/// `POST /auth/login` as a form.
@EventLoop
@Suite struct SignInFormTests {
    typealias Fact = OriginalRequest.Fact

    private let stage = RoutedStage(origins: ["https://app.example"].compactMap(WebOrigin.init))
    private var login: LoginStage { stage.login }

    private static let sameSite = [(Fact.fetchSite, "same-origin")]
    private static let fields = "username=ann&password=secret&rd=%2Fapp%3Fq%3D1%26x"

    @Test func `a login leads back with the token in the cookie alone`() async {
        let answer = await stage.post("/auth/login", Self.fields)
        #expect(answer.status == 303 && answer.location == "/app?q=1&x")
        let token = LoginStage.newToken.secretText
        #expect(
            answer.headers("Set-Cookie") == [
                "sid=; Path=/app; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
                "sid=\(token); Path=/; Secure; HttpOnly; SameSite=Lax",
                "authfcgi_rounds=-1.1000000; Path=/auth/login; HttpOnly; SameSite=Lax; Max-Age=60",
            ])
        #expect(answer.headers("Cache-Control") == ["no-store"] && answer.headers("Content-Length") == ["0"])
        #expect(answer.answers.first?.components(of: token) == 1)
        #expect(login.effects.all.contains("create for 7 from 192.0.2.7 with -, settling"))
    }

    @Test func `a cookie that is to be kept has the lifetime of the session`() async {
        login.store.made = MadeSession(
            token: LoginStage.newToken,
            session: Session(
                id: "s1", identity: LoginStage.ann.identity, createdAt: .init(timeIntervalSince1970: 0),
                expiresAt: .init(timeIntervalSince1970: 3600)), ended: [], excess: 0)
        let kept = await stage.post("/auth/login", Self.fields + "&remember=1")
        func set(_ answer: RecordedExchange) -> String? {
            answer.headers("Set-Cookie").first { $0.hasPrefix("sid=afs_") }
        }
        #expect(set(kept)?.hasSuffix("; SameSite=Lax; Max-Age=3600") == true)
        #expect(login.effects.all.contains { $0.hasPrefix("create") && $0.contains("remembered") })
        for field in ["&remember=0", "&remember=", "&remember=on", ""] {
            let answer = await stage.post("/auth/login", Self.fields + field)
            #expect(set(answer)?.contains("Max-Age") == false)
        }
    }

    @Test func `the session of whoever was signed in before ends`() async {
        let answer = await stage.post("/auth/login", Self.fields, Self.sameSite + [(.cookie, RoutedStage.cookie)])
        #expect(
            answer.status == 303 && login.effects.all.contains { $0.hasPrefix("create") && $0.contains("replacing") })
    }

    @Test func `several cookies are no obstacle, and all other forms are deleted before the new one is set`() async {
        let facts = Self.sameSite + [(.cookie, "\(RoutedStage.cookie); sid=y"), (.host, "app.example.com")]
        let answer = await stage.post("/auth/login", Self.fields, facts)
        let cookies = answer.headers("Set-Cookie")
        #expect(answer.status == 303 && cookies.count == 16)
        #expect(cookies[0].contains("Domain=app.example.com;") && cookies[0].hasSuffix("Max-Age=0"))
        #expect(cookies[1].contains("Domain=example.com;") && cookies[1].hasSuffix("Max-Age=0"))
        // A host of the domain can have set one for a path, here or at the place to return to.
        let paths = ["/auth", "/auth/", "/auth/login", "/app"]
        for (index, path) in paths.enumerated() {
            let forms = cookies[(2 + 3 * index)..<(5 + 3 * index)]
            #expect(forms.allSatisfy { $0.hasPrefix("sid=; Path=\(path); ") && $0.hasSuffix("Max-Age=0") }, "\(forms)")
        }
        #expect(cookies[14].hasPrefix("sid=afs_") && !cookies[14].contains("Domain"))
    }

    @Test(arguments: [
        ("", "/"), ("rd=", "/"), ("rd=%2F%2Fevil.example", "/"), ("rd=https%3A%2F%2Fevil.example", "/"),
        ("rd=https%3A%2F%2Fapp.example%2Fa", "https://app.example/a"), ("rd=%2Fa%252Fb", "/a%2Fb"),
        ("rd=%2Fa%0D%0ASet-Cookie:%20x", "/"), ("rd=%2Fa?q=%5C", "/a?q=%5C"),
    ])
    func `the place to return to is validated again`(_ field: String, _ location: String) async {
        let answer = await stage.post("/auth/login", "username=ann&password=secret&\(field.isEmpty ? "x=" : field)")
        #expect(answer.status == 303 && answer.location == location)
    }

    @Test(arguments: [
        ("-1.999950", "-2.1000000"), ("-2.999950", "-2.1000000"), ("-1.999939", "-1.1000000"),
        ("2.1000000.0123abcd", "-1.1000000"), ("x", "-1.1000000"),
    ])
    func `logins within a minute are counted, for the notice about a dropped cookie`(
        _ before: String, _ after: String
    ) async {
        let facts = Self.sameSite + [(.cookie, "authfcgi_rounds=\(before)")]
        let cookies = await stage.post("/auth/login", Self.fields, facts).headers("Set-Cookie")
        #expect(cookies.last?.hasPrefix("authfcgi_rounds=\(after); ") == true)
    }

    // MARK: Login CSRF

    @Test(
        arguments: [
            [(Fact.fetchSite, "cross-site")], [(.fetchSite, "same-site")], [(.fetchSite, "none")], [],
            [(.origin, "https://evil.example"), (.host, "app.example")], [(.origin, "null"), (.host, "app.example")],
            [(.origin, "https://app.example"), (.host, "")], [(.origin, "https://app.example")],
            [(.fetchSite, "cross-site"), (.origin, "https://app.example"), (.host, "app.example")],
        ] as [[(Fact, String)]])
    func `a form of another site signs nobody in, with a cookie or without`(_ proof: [(Fact, String)]) async {
        for cookie in [[], [(Fact.cookie, RoutedStage.cookie)]] {
            login.effects.clear()
            let answer = await stage.post("/auth/login", Self.fields + "&remember=1", proof + cookie)
            #expect(answer.status == 403 && answer.isPage(.signIn) && answer.shows(.otherSite))
            #expect(answer.headers("Set-Cookie").isEmpty)
            #expect(answer.hasField("username", "") && answer.hasField("rd", "/") && !answer.isRememberTicked)
            #expect(!answer.says("ann") && !answer.says("/app"))
            let recorded = "audit sparingly login refused (not asked by a page of this site)"
            #expect(login.effects.all == [recorded])
        }
    }

    @Test(arguments: [
        ("https://app.example", "app.example"), ("https://app.example", "APP.example.:443"),
        ("http://[::1]:8001", "[0::1]:8001"), ("http://localhost:8001", "localhost:8001"),
    ])
    func `without Sec-Fetch-Site the origin is the proof`(_ origin: String, _ host: String) async {
        let answer = await stage.post("/auth/login", Self.fields, [(.origin, origin), (.host, host)])
        #expect(answer.status == 303)
    }

    // MARK: Failures

    @Test func `a wrong password is the page again with the name, and no Basic dialogue`() async {
        login.hasher.verdict = .success(.differs)
        let answer = await stage.post("/auth/login", Self.fields + "&remember=1")
        #expect(answer.status == 401 && answer.isPage(.signIn) && answer.shows(.refused))
        #expect(answer.hasField("username", "ann") && answer.hasField("rd", "/app?q=1&x") && answer.isRememberTicked)
        #expect(answer.headers("WWW-Authenticate").isEmpty)
        #expect(answer.headers("Set-Cookie").isEmpty && !answer.says("secret"))
    }

    @Test func `throttling says how long to wait`() async {
        login.store.admission = .refused(seconds: 30)
        let answer = await stage.post("/auth/login", Self.fields)
        #expect(answer.status == 429 && answer.isPage(.signIn) && answer.hasField("username", "ann"))
        #expect(answer.shows(.throttled, ["time": "30 seconds"]) && answer.headers("Retry-After") == ["30"])
    }

    @Test func `while nothing can be said about a login the answer is 503`() async {
        login.store.failures["begin"] = .unavailable("down")
        let answer = await stage.post("/auth/login", Self.fields)
        #expect(answer.status == 503 && answer.isPage(.signIn) && answer.shows(.notChecked))
        #expect(answer.headers("Retry-After") == ["1"])
        #expect(answer.headers("Set-Cookie").isEmpty)
    }

    @Test(arguments: [
        ("", 400), ("username=ann", 400), ("username=&password=x", 400), ("username=ann&password=", 400),
        ("username=ann&password=x&username=bob", 400), ("username=a%00b&password=x", 400),
        ("username=%ff&password=x", 400),
        ("username", 400), ("{\"username\":\"ann\"}", 400), ("username=+%C2%A0&password=x", 400),
    ])
    func `an incomplete or unreadable form is the page again`(_ fields: String, _ status: Int) async {
        let answer = await stage.post("/auth/login", fields)
        #expect(answer.status == status && answer.isPage(.signIn) && answer.shows(.incomplete))
        #expect(login.effects.all.isEmpty)
    }

    @Test(arguments: [
        "username=\(String(repeating: "a", count: 257))&password=x",
        "username=ann&password=\(String(repeating: "a", count: 1025))",
    ])
    func `a name or a password that is longer than any is the page again, which says so`(_ fields: String) async {
        let answer = await stage.post("/auth/login", fields)
        #expect(answer.status == 400 && answer.isPage(.signIn) && answer.shows(.tooLong))
        #expect(login.effects.all.isEmpty && !answer.says(String(repeating: "a", count: 257)))
    }

    @Test(arguments: ["+ann", "ann+", "%09+ann%0D%0A", "%C2%A0ann%E3%80%80"])
    func `white space around the name is no part of it, and in the password it is`(_ name: String) async {
        login.hasher.verdict = .success(.differs)
        let answer = await stage.post("/auth/login", "username=\(name)&password=+secret+&rd=%2F")
        #expect(answer.status == 401 && answer.hasField("username", "ann"))
        #expect(login.effects.all.contains { $0.contains("' secret '") }, "\(login.effects.all)")
    }

    @Test func `a body that is too long or cut short is the page again`() {
        let facts = [(Fact.contentType, "application/x-www-form-urlencoded")] + Self.sameSite
        for (body, status) in [(RequestBody.tooLong, 413), (.cutShort, 400)] {
            let answer = stage.ask("POST", "/auth/login", facts, body: body)
            #expect(answer.status == status && answer.isPage(.signIn))
            #expect(answer.shows(status == 413 ? .tooLong : .incomplete))
        }
    }
}

extension String {
    /// The number of times that a text occurs.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
