import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// `GET /auth/logout` and `POST /auth/logout` as a form, as far as they need no database.
@EventLoop
@Suite struct SignOutFormTests {
    private let stage = RoutedStage()

    @Test func `the page has a button and changes nothing`() {
        for cookie in [[], [(OriginalRequest.Fact.cookie, RoutedStage.cookie)]] {
            let answer = stage.ask("GET", "/auth/logout", cookie)
            #expect(answer.status == 200 && answer.isPage(.signOut) && answer.hasForm("/auth/logout"))
            #expect(answer.headers("Set-Cookie").isEmpty && answer.headers("Clear-Site-Data").isEmpty)
        }
        let done = stage.ask("GET", "/auth/logout", [(.query, "done=1")])
        #expect(done.status == 200 && done.isPage(.signedOut) && !done.says("<form"))
        #expect(stage.login.effects.all.isEmpty)
    }

    @Test(arguments: ["", "; sid=y"])
    func `a link to the page after the sign-out tells nobody so who may be signed in`(_ second: String) {
        let answer = stage.ask("GET", "/auth/logout", [(.query, "done=1"), (.cookie, RoutedStage.cookie + second)])
        #expect(answer.status == 200 && answer.isPage(.signOut) && answer.headers("Set-Cookie").isEmpty)
        #expect(stage.ask("GET", "/auth/logout", [(.query, "done=1"), (.cookie, "sid=x")]).isPage(.signedOut))
    }

    @Test func `a form without a session leads to the page that says so, and the browser forgets its pages`() async {
        let facts = [(OriginalRequest.Fact.fetchSite, "same-origin"), (.cookie, "sid=x"), (.host, "app.example.com")]
        let answer = await stage.post("/auth/logout", "", facts)
        #expect(answer.status == 303 && answer.location == "/auth/logout?done=1")
        #expect(answer.headers("Clear-Site-Data") == ["\"cache\""])
        let cookies = answer.headers("Set-Cookie")
        #expect(cookies.count == 4 && cookies[0] == "sid=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
        #expect(cookies.allSatisfy { $0.hasSuffix("Max-Age=0") } && cookies[3].hasPrefix("authfcgi_rounds="))
    }

    @Test(arguments: ["cross-site", "same-site", "none", ""])
    func `a form of another site changes nothing, with a cookie or without`(_ site: String) async {
        for cookie in [[], [(OriginalRequest.Fact.cookie, RoutedStage.cookie)]] {
            let answer = await stage.post("/auth/logout", "", [(.fetchSite, site)] + cookie)
            #expect(answer.status == 403 && answer.isPage(.otherSiteTitle) && answer.shows(.otherSiteAdvice))
            #expect(answer.headers("Set-Cookie").isEmpty && answer.headers("Clear-Site-Data").isEmpty)
        }
        #expect(stage.login.effects.all.allSatisfy { $0.contains("logout refused (not asked by a page of this site)") })
    }

    @Test(arguments: ["", "; sid=afs_x"])
    func `nobody is told to be signed out while the store cannot tell`(_ second: String) async {
        let cookie = RoutedStage.cookie + second
        let answer = await stage.post("/auth/logout", "", [(.fetchSite, "same-origin"), (.cookie, cookie)])
        #expect(answer.status == 503 && answer.isPage(.formUnanswered) && answer.headers("Set-Cookie").isEmpty)
        #expect(answer.shows(.formUnansweredAdvice) && !answer.says("http-equiv"))
        #expect(answer.headers("Clear-Site-Data").isEmpty && answer.headers("Retry-After") == ["1"])
    }
}
