import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// The page of a link for a new password, without a protocol and a store.
@EventLoop
@Suite struct ResetRoutesTests {
    private let stage = LoginStage()
    private let routes: ResetRoutes
    private let code: String

    private static let password = "correct horse battery staple"
    private static let form = (OriginalRequest.Fact.contentType, "application/x-www-form-urlencoded")
    private static let sameOrigin = (OriginalRequest.Fact.fetchSite, "same-origin")

    init() throws {
        routes = ResetRoutes(
            flow: stage.reset, audit: stage.audit, pages: LoginStage.pages, cookie: SessionCookie(name: "sid"),
            minPasswordLength: 15)
        code = try PasswordResetCode.make().secretText
    }

    private func page(_ query: String, _ facts: [(OriginalRequest.Fact, String)] = []) async -> RecordedExchange {
        let exchange = RecordedExchange(
            .byPath, [(.method, "GET"), (.query, query), (.clientAddress, LoginStage.address)] + facts)
        routes.page(exchange)
        return await answered(exchange)
    }

    private func submit(
        _ body: String, _ facts: [(OriginalRequest.Fact, String)] = [form, sameOrigin]
    ) async -> RecordedExchange {
        let exchange = RecordedExchange(
            .byPath, [(.method, "POST"), (.clientAddress, LoginStage.address)] + facts,
            body: .whole(Array(body.utf8)))
        routes.submit(exchange)
        return await answered(exchange)
    }

    private func answered(_ exchange: RecordedExchange) async -> RecordedExchange {
        while exchange.answers.isEmpty { await Task.yield() }
        return exchange
    }

    private func body(_ new: String = password, repeated: String? = nil, code: String? = nil) -> String {
        func encoded(_ text: String) -> String { text.replacing(" ", with: "+") }
        return
            "code=\(code ?? self.code)&new_password=\(encoded(new))&repeated_password=\(encoded(repeated ?? new))"
    }

    @Test func `a link shows the form, whatever a mailer has put behind the code`() async {
        for query in ["code=\(code)", "x=1&code=\(code)", "code=\(code)&utm_source=mail"] {
            let answer = await page(query)
            #expect(answer.status == 200 && answer.isPage(.choosePassword) && answer.hasField("code", code), "\(query)")
            #expect(answer.hasForm("/auth/reset") && !answer.says("role=\"alert\""))
        }
    }

    @Test func `a query without exactly one code in its form is no link, and no store is asked`() async {
        for query in [
            "", "code=", "code", "code=x", "Code=\(code)", "code=\(code)&code=\(code)", "code=\(code)x",
            "xcode=\(code)",
            "code=%61\(code.dropFirst())", "?code=\(code)",
        ] {
            let answer = await page(query)
            #expect(answer.status == 404 && answer.isPage(.linkExpired), "\(query)")
        }
        #expect(stage.effects.all.isEmpty)
    }

    @Test func `a link that cannot be used is answered the same as one that never was`() async {
        stage.store.resetUser = nil
        let (used, invented) = (await page("code=\(code)"), await page("code=x"))
        #expect(used.status == 404 && used.answers == invented.answers)
        #expect(used.isPage(.linkExpired) && used.shows(.linkExpiredAdvice) && !used.says(code))
        let (posted, mangled) = (await submit(body()), await submit(body(code: "x")))
        #expect(posted.answers == used.answers && mangled.answers == used.answers)
    }

    @Test func `the form sets the password and leads to a page without the code`() async {
        let answer = await submit(body())
        #expect(answer.status == 303 && answer.says("\r\nLocation: /auth/reset?done=1\r\n") && !answer.says(code))
        #expect(stage.effects.all.contains("hash '\(Self.password)'"))
        let cookie = "authfcgi_done=reset; Path=/auth/reset; Secure; HttpOnly; SameSite=Lax; Max-Age=60"
        #expect(answer.headers("Set-Cookie") == [cookie])
        let done = await page("done=1", [(.cookie, "a=b; authfcgi_done=reset")])
        #expect(done.status == 200 && done.isPage(.passwordSet))
        #expect(done.headers("Set-Cookie").map { $0.hasSuffix("; Max-Age=0") } == [true])
    }

    @Test func `nobody is told by an address alone that a password is set`() async {
        for cookie in [[], [(OriginalRequest.Fact.cookie, "authfcgi_done=")], [(.cookie, "authfcgi_done=password")]] {
            let answer = await page("done=1", [Self.sameOrigin] + cookie)
            #expect(answer.status == 303 && answer.location == "/auth/login")
        }
    }

    @Test func `the second of two clicks on the button gets a page that says that the password may be set`() async {
        #expect(await submit(body()).status == 303)
        stage.store.resetUser = nil
        let second = await submit(body())
        #expect(second.status == 404 && second.isPage(.linkExpired) && second.shows(.linkExpiredAdvice))
        #expect(second.says("<a href=\"/auth/login\">"))
    }

    @Test func `passwords that differ, also in their encoding alone, change nothing`() async {
        for (one, other) in [(Self.password, Self.password + "+"), ("%C3%A9", "e%CC%81"), (Self.password, "")] {
            let answer = await submit(body(one, repeated: other))
            #expect(answer.status == 400 && answer.hasField("code", code) && answer.shows(.passwordsDiffer))
        }
        #expect(stage.effects.all.isEmpty)
    }

    @Test func `the page says whose password it is, to the holder of the code alone`() async {
        let fresh = await page("code=\(code)")
        #expect(fresh.hasField("username", "ann") && fresh.says(" autocomplete=\"username\" readonly>"))
        let again = await submit(body("short") + "&username=ann")
        #expect(again.status == 400 && again.hasField("username", "ann"))
        #expect(await !submit(body("short")).says(" name=\"username\""))
        stage.store.resetUser = nil
        #expect(await !page("code=\(code)").says(" name=\"username\""))
    }

    @Test func `the reason why a password cannot be used is told`() async {
        let long = await submit(body(String(repeating: "x", count: 129)))
        #expect(long.status == 400 && long.shows(.passwordTooLong, ["count": "128"]))
        let common = await submit(body("passwordpassword"))
        #expect(common.status == 400 && common.shows(.passwordCommon))
    }

    @Test func `what prevents the use is told with the code, so that the form can be sent again`() async {
        let weak = await submit(body("short"))
        #expect(weak.status == 400 && weak.hasField("code", code) && weak.shows(.passwordTooShort, ["count": "15"]))
        stage.store.failures["reset"] = .unavailable("away")
        let away = await submit(body())
        #expect(away.status == 503 && away.hasField("code", code) && away.shows(.passwordUnknown))
        #expect(away.says("\r\nRetry-After: 1\r\n"))
        stage.hasher.refusal = .busy(retryAfter: 4)
        #expect(await submit(body()).says("\r\nRetry-After: 4\r\n"))
        stage.store.failures["link"] = .unavailable("away")
        let notice = await page("code=\(code)")
        #expect(notice.status == 503 && notice.isPage(.unavailable) && notice.says("\r\nRetry-After: 1\r\n"))
    }

    @Test func `invented codes are answered 429 after a while`() async {
        stage.store.resetUser = nil
        stage.store.admission = .refused(seconds: 30)
        for answer in [await page("code=\(code)"), await submit(body())] {
            #expect(answer.status == 429 && answer.shows(.throttled, ["time": "30 seconds"]))
            #expect(answer.says("\r\nRetry-After: 30\r\n"))
        }
    }

    @Test func `a form of another site changes nothing and is not read`() async {
        for facts in [
            [Self.form], [Self.form, (.fetchSite, "cross-site")], [Self.form, (.fetchSite, "none")],
            [Self.form, (.origin, "https://evil.example"), (.host, "site.example")],
        ] {
            let answer = await submit(body(), facts)
            #expect(answer.status == 403 && answer.isPage(.otherSiteTitle) && !answer.says(code))
        }
        #expect(
            Set(stage.effects.all) == [
                "audit sparingly password reset refused (not asked by a page of this site)"
            ])
    }

    @Test func `a body that is no form of the page is refused`() async {
        #expect(await submit("{}", [(.contentType, "application/json"), Self.sameOrigin]).status == 415)
        #expect(await submit(body() + "&code=\(code)").status == 400)
        #expect(stage.effects.all.isEmpty)
    }
}
