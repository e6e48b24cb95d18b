import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// `GET /auth/login`, as far as it needs no database.
@EventLoop
@Suite struct SignInPageTests {
    typealias Fact = OriginalRequest.Fact

    private let stage = RoutedStage()

    private func page(_ query: String = "", _ facts: [(Fact, String)] = []) -> RecordedExchange {
        stage.ask("GET", "/auth/login", [(.query, query)] + facts)
    }

    @Test func `a browser without a session gets the page with the place to return to`() {
        let answer = page("rd=/app?q=1&x=2")
        #expect(answer.status == 200 && answer.says("signIn") && answer.says("/app?q=1&x=2"))
        #expect(answer.headers("Content-Type") == ["text/html; charset=utf-8"])
        #expect(answer.headers("Cache-Control") == ["no-store"] && answer.headers("Set-Cookie").isEmpty)
        #expect(page("rd=//evil.example").says("target: \"/\"") && page().says("target: \"/\""))
        #expect(stage.ask("HEAD", "/auth/login").status == 200)
    }

    @Test(arguments: ["sid=x", "sid=afs_x", "other=1"])
    func `a cookie that is no token is no obstacle`(_ cookie: String) {
        let answer = page("", [(.cookie, cookie)])
        #expect(answer.status == 200 && answer.says("signIn") && answer.headers("Set-Cookie").isEmpty)
    }

    @Test func `several cookies are deleted in every form, and the person can sign in`() {
        let cookies = "\(RoutedStage.cookie); sid=y"
        let answer = page("rd=/app", [(.cookie, cookies), (.host, "app.example.com:8443")])
        #expect(answer.status == 200 && answer.says("signIn") && answer.says("/app"))
        let deleted = answer.headers("Set-Cookie")
        #expect(deleted.count == 4 && deleted.allSatisfy { $0.hasSuffix("; Max-Age=0") })
        #expect(deleted.count { $0.hasPrefix("sid=; Path=/; ") } == 3)
        #expect(deleted.contains { $0.contains("Domain=example.com;") })
    }

    @Test func `while the store cannot tell, nobody is asked to sign in again`() {
        let answer = page("rd=/app", [(.cookie, RoutedStage.cookie)])
        #expect(answer.status == 503 && answer.says("unavailable") && !answer.says("signIn("))
        #expect(answer.headers("Retry-After") == ["1"])
    }

    @Test func `a browser that comes back from a login without a cookie is told so`() {
        let rounds = (Fact.cookie, "authfcgi_rounds=0-\(stage.now - 3)")
        let plain = page("rd=/app", [rounds, (.scheme, "http")])
        #expect(plain.status == 200 && plain.says("cookieDropped(isPlainHTTP: true)"))
        #expect(plain.headers("Set-Cookie").map { $0.hasPrefix("authfcgi_rounds=;") } == [true])
        let secure = [(Fact.scheme, "https")], proxied = [(Fact.scheme, "http"), (.fetchMode, "navigate")]
        for facts in [secure, proxied, []] {
            #expect(page("rd=/app", [rounds] + facts).says("cookieDropped(isPlainHTTP: false)"))
        }
        stage.now += 20
        #expect(page("rd=/app", [rounds]).says("signIn"))
    }

    @Test func `a browser that was sent on and is signed out meanwhile gets the page`() {
        #expect(page("", [(.cookie, "authfcgi_rounds=1-\(stage.now)")]).says("signIn("))
        let other = "authfcgi_rounds=0-\(stage.now); sid=x"
        #expect(page("", [(.cookie, other)]).says("signIn("))
    }
}
