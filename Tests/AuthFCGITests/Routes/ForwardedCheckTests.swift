import EventLoop
import Testing

@testable import AuthFCGI

/// `/auth/forward`, the check for fronts that hand its answer to the client, as far as it needs no database.
@EventLoop
@Suite struct ForwardedCheckTests {
    typealias Fact = OriginalRequest.Fact

    private let stage = RoutedStage()
    private static let place = [
        (Fact.originalURI, "/app?q=1&x"), (.host, "App.example.com:8443"), (.scheme, "https"),
    ]

    private func ask(_ facts: [(Fact, String)], path: String = "/auth/forward", method: String = "GET")
        -> RecordedExchange
    {
        stage.ask(method, path, Self.place + facts)
    }

    @Test(arguments: ["/auth/forward", "/auth/forward/", "/auth/forward/app/x"])
    func `a page load is redirected to the sign-in page of its host`(_ path: String) {
        for facts in [
            [(Fact.fetchMode, "navigate")], [(.accept, "text/html,*/*;q=0.8")],
            [(.fetchMode, ""), (.accept, "x/y, TEXT/HTML ; q=1")],
        ] {
            for method in ["GET", "HEAD", "POST"] {
                let answer = ask(facts, path: path, method: method)
                #expect(answer.status == 302)
                #expect(answer.location == "https://app.example.com:8443/auth/login?rd=%2Fapp%3Fq%3D1%26x")
                #expect(answer.headers("Cache-Control") == ["no-store"] && answer.headers("Set-Cookie").isEmpty)
                #expect(answer.headers("Vary") == ["Cookie, Authorization, Accept, Sec-Fetch-Mode"])
            }
        }
    }

    @Test(
        arguments: [
            [], [(Fact.accept, "*/*")], [(.accept, "application/json")], [(.accept, "")],
            [(.accept, "text/htmlx, xtext/html")],
            [(.fetchMode, "cors"), (.accept, "text/html")], [(.fetchMode, "no-cors"), (.accept, "text/html")],
            [(.fetchMode, "same-origin")], [(.fetchMode, "websocket")], [(.fetchMode, "Navigate")],
        ] as [[(Fact, String)]])
    func `everything else gets the 401 of a check`(_ facts: [(Fact, String)]) {
        let answer = ask(facts)
        #expect(answer.status == 401 && answer.wasCheck && answer.location == nil)
        #expect(answer.headers("WWW-Authenticate") == ["Bearer"])
        #expect(answer.headers("X-Auth-Location") == ["/auth/login?rd=%2Fapp%3Fq%3D1%26x"])
    }

    @Test func `who asks for the sign-in page itself is not sent to it`() {
        let facts = [(Fact.originalURI, "/auth/login?rd=%2Fapp"), (.host, "app.example.com")]
        for more in [[(Fact.fetchMode, "navigate")], [], [(.cookie, "\(RoutedStage.cookie); sid=y")]] {
            let answer = stage.ask("GET", "/auth/forward", facts + more)
            #expect(answer.status == 401 && answer.location == nil && answer.headers("X-Auth-Location").isEmpty)
        }
    }

    @Test func `several cookies are deleted in every form`() {
        let cookies = (Fact.cookie, "\(RoutedStage.cookie); sid=y")
        for (mode, status) in [("navigate", 302), ("cors", 401)] {
            let answer = ask([cookies, (.fetchMode, mode)])
            #expect(answer.status == status && answer.headers("Set-Cookie").count == 6)
            #expect(answer.headers("Set-Cookie").count { $0.hasPrefix("sid=; Path=/app; ") } == 3)
        }
        // nginx would make one header of them.
        let check = ask([cookies], path: "/auth/verify")
        #expect(check.status == 401 && check.headers("Set-Cookie").count == 1)
        #expect(check.headers("X-Auth-Location") == ["/auth/login?rd=%2Fapp%3Fq%3D1%26x"])
    }

    @Test func `while the store cannot tell, nobody is sent to sign in`() {
        let page = ask([(.cookie, RoutedStage.cookie), (.fetchMode, "navigate")])
        #expect(page.status == 503 && page.isPage(.unavailable) && page.headers("Retry-After") == ["1"])
        let program = ask([(.cookie, RoutedStage.cookie)])
        #expect(program.status == 503 && program.wasCheck && program.headers("Content-Length") == ["0"])
    }

    @Test func `a host that is none leads to a path`() {
        for host in ["", "a b", "evil.example/x", "a@b"] {
            let answer = ask([(.host, host), (.fetchMode, "navigate")])
            #expect(answer.status == 302 && answer.location == "/auth/login?rd=%2Fapp%3Fq%3D1%26x")
        }
    }

    @Test func `a check of a front is never redirected, whatever the client says`() {
        let answer = ask([(.fetchMode, "navigate"), (.accept, "text/html")], path: "/auth/verify")
        #expect(answer.status == 401 && answer.location == nil && answer.headers("X-Auth-Location").count == 1)
        let authorizer = stage.ask("GET", "/auth/forward", [(.fetchMode, "navigate")], question: .authorizer)
        #expect(authorizer.status == 401 && authorizer.headers("X-Auth-Location") == ["/auth/login"])
    }
}
