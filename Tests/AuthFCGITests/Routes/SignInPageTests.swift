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
        #expect(answer.status == 200 && answer.isPage(.signIn) && answer.hasForm("/auth/login"))
        #expect(answer.hasField("rd", "/app?q=1&x=2") && answer.hasField("username", ""))
        #expect(answer.headers("Content-Type") == ["text/html; charset=utf-8"])
        #expect(answer.headers("Cache-Control") == ["no-store"] && answer.headers("Set-Cookie").isEmpty)
        #expect(page("rd=//evil.example").hasField("rd", "/") && page().hasField("rd", "/"))
        #expect(stage.ask("HEAD", "/auth/login").status == 200)
    }

    @Test(arguments: ["sid=x", "sid=afs_x", "other=1"])
    func `a cookie that is no token is no obstacle`(_ cookie: String) {
        let answer = page("", [(.cookie, cookie)])
        #expect(answer.status == 200 && answer.isPage(.signIn) && answer.headers("Set-Cookie").isEmpty)
    }

    @Test func `several cookies are deleted in every form, and the person can sign in`() {
        let cookies = "\(RoutedStage.cookie); sid=y"
        let answer = page("rd=/app", [(.cookie, cookies), (.host, "app.example.com:8443")])
        #expect(answer.status == 200 && answer.isPage(.signIn) && answer.hasField("rd", "/app"))
        let deleted = answer.headers("Set-Cookie")
        #expect(deleted.count == 13 && deleted.allSatisfy { $0.hasSuffix("; Max-Age=0") })
        #expect(deleted.count { $0.hasPrefix("sid=; Path=/; ") } == 3)
        #expect(deleted.contains { $0.contains("Domain=example.com;") })
        for path in ["/auth", "/auth/", "/auth/login"] {
            #expect(deleted.count { $0.hasPrefix("sid=; Path=\(path); ") } == 3)
        }
    }

    @Test func `while the store cannot tell, nobody is asked to sign in again`() {
        let answer = page("rd=/app", [(.cookie, RoutedStage.cookie)])
        #expect(answer.status == 503 && answer.isPage(.unavailable) && answer.shows(.unavailableAdvice))
        #expect(!answer.isPage(.signIn) && !answer.says("<form"))
        #expect(answer.headers("Retry-After") == ["1"])
    }

    @Test func `a browser that comes back from a second login without a cookie is told so`() {
        let rounds = (Fact.cookie, "authfcgi_rounds=-2.\(stage.now - 3)")
        let plain = page("rd=/app", [rounds, (.scheme, "http")])
        #expect(plain.status == 200 && plain.isPage(.cookieDropped) && plain.shows(.cookieDroppedOnHTTP))
        #expect(!plain.says("<form") && plain.says("<a href=\"/auth/login?rd=%2Fapp\">"))
        #expect(page("", [rounds, (.scheme, "http")]).says("<a href=\"/auth/login\">"))
        #expect(plain.headers("Set-Cookie").map { $0.hasPrefix("authfcgi_rounds=;") } == [true])
        let secure = [(Fact.scheme, "https")], proxied = [(Fact.scheme, "http"), (.fetchMode, "navigate")]
        for facts in [secure, proxied, []] {
            let answer = page("rd=/app", [rounds] + facts)
            #expect(answer.isPage(.cookieDropped) && answer.shows(.cookieDroppedAdvice))
        }
        stage.now += 20
        #expect(page("rd=/app", [rounds]).isPage(.signIn))
    }

    @Test func `a browser that comes back from one login without a cookie may be signed out on another host`() {
        for scheme in ["http", "https"] {
            let answer = page("rd=/app", [(.cookie, "authfcgi_rounds=-1.\(stage.now)"), (.scheme, scheme)])
            #expect(answer.status == 200 && answer.isPage(.signIn) && answer.hasField("rd", "/app"))
            #expect(answer.headers("Set-Cookie").isEmpty)
        }
    }

    @Test func `a browser that was sent on and is signed out meanwhile gets the page`() {
        #expect(page("", [(.cookie, "authfcgi_rounds=2.\(stage.now).0123abcd")]).isPage(.signIn))
        let other = "authfcgi_rounds=-2.\(stage.now); sid=x"
        #expect(page("", [(.cookie, other)]).isPage(.signIn))
    }
}
