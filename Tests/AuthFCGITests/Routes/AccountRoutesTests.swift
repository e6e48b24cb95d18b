import EventLoop
import Sessions
import Testing

@testable import AuthFCGI

/// The account page as far as it needs no store: who is sent elsewhere, and which forms are refused.
@EventLoop
@Suite struct AccountRoutesTests {
    private let stage = LoginStage()
    private let routes: AccountRoutes

    private static let cookie = (OriginalRequest.Fact.cookie, "sid=\(LoginStage.oldToken.secretText)")
    private static let form = (OriginalRequest.Fact.contentType, "application/x-www-form-urlencoded")
    private static let sameOrigin = (OriginalRequest.Fact.fetchSite, "same-origin")
    private static let signIn = "\r\nLocation: /auth/login?rd=/auth/account\r\n"

    init() {
        // Never started, so it has no connections.
        let store = SessionStore(.init(postgreSQL: .init(url: "postgresql:///none")), log: stage.effects.logger)
        let access = SessionAccess(
            store: store, cookie: SessionCookie(name: "sid"), audit: stage.audit, refusals: nil)
        let sessions = SessionRoutes(store: store, access: access, audit: stage.audit)
        routes = AccountRoutes(
            view: AccountView(store: store, pages: LoginStage.pages, minPasswordLength: 15), sessions: sessions,
            signOut: SignOutRoutes(sessions: sessions, access: access, pages: LoginStage.pages), access: access,
            passwordChange: stage.change)
    }

    private func ask(
        _ route: @EventLoop (Exchange) -> Void, _ facts: [(OriginalRequest.Fact, String)] = [], body: String? = nil
    ) async -> RecordedExchange {
        let exchange = RecordedExchange(
            .byPath, [(.method, body == nil ? "GET" : "POST"), (.clientAddress, LoginStage.address)] + facts,
            body: .whole(Array((body ?? "").utf8)))
        route(exchange)
        while exchange.answers.isEmpty { await Task.yield() }
        return exchange
    }

    @Test func `who is not signed in is sent to sign in and back, and is told of a form that changed nothing`() async {
        for credentials in [[], [(OriginalRequest.Fact.cookie, "sid=x")], [Self.cookie, Self.cookie]] {
            let page = await ask(routes.page, credentials)
            #expect(page.status == 303 && page.says(Self.signIn))
            for (route, body) in [(routes.change, "action=all"), (routes.changePassword, "new_password=x")] {
                let answer = await ask(route, credentials + [Self.form, Self.sameOrigin], body: body)
                #expect(answer.status == 401 && answer.isPage(.signIn) && answer.shows(.sessionOver), "\(body)")
                #expect(answer.hasField("rd", "/auth/account") && answer.headers("WWW-Authenticate").isEmpty)
                let deleted = answer.headers("Set-Cookie").contains { $0.hasPrefix("sid=; ") }
                #expect(deleted == (credentials.count == 2), "only several cookies are deleted")
            }
        }
        #expect(stage.effects.all.isEmpty)
    }

    @Test func `nobody is sent to sign in while the store cannot tell`() async {
        let page = await ask(routes.page, [Self.cookie])
        #expect(page.status == 503 && page.says("\r\nRetry-After: 1\r\n") && page.isPage(.unavailable))
        for (route, body) in [(routes.change, "action=all"), (routes.changePassword, "new_password=x")] {
            let form = await ask(route, [Self.cookie, Self.form, Self.sameOrigin], body: body)
            #expect(form.status == 503 && form.says("\r\nRetry-After: 1\r\n") && form.isPage(.formUnanswered))
            #expect(form.says("<a href=\"/auth/account\">") && !form.says("http-equiv"), "\(body)")
        }
    }

    @Test func `a form needs the proof of origin, with a cookie and without`() async {
        let session = "00000000-0000-4000-8000-000000000000"
        for credentials in [[], [Self.cookie], [(OriginalRequest.Fact.authorization, "Bearer x")]] {
            for site in [[], [(OriginalRequest.Fact.fetchSite, "cross-site")], [(.fetchSite, "none")]] {
                for body in ["action=end&session=\(session)", "action=others", "action=all"] {
                    let answer = await ask(routes.change, credentials + [Self.form] + site, body: body)
                    #expect(answer.status == 403 && answer.isPage(.otherSiteTitle), "\(body)")
                }
                let password = await ask(
                    routes.changePassword, credentials + [Self.form] + site, body: "new_password=x")
                #expect(password.status == 403 && password.isPage(.otherSiteTitle))
            }
        }
        #expect(stage.effects.all.allSatisfy { $0.hasSuffix("(not asked by a page of this site)") })
        #expect(
            Set(stage.effects.all.map { $0.split(separator: " ").dropFirst(2).prefix(2).joined(separator: " ") })
                == ["session end", "logout elsewhere", "logout everywhere", "password change"])
    }

    @Test func `a body that is no form of the page is refused`() async {
        #expect(await ask(routes.change, [Self.cookie, Self.sameOrigin], body: "").status == 415)
        for body in ["", "action=", "action=x", "action=end&action=all", "action=all&%", "session=x"] {
            #expect(await ask(routes.change, [Self.cookie, Self.form, Self.sameOrigin], body: body).status == 400)
        }
    }

    @Test func `a session is named by its public id, in whatever case`() throws {
        let id = "f38558e5-eee0-46ce-a2f4-945457024686"
        func action(_ body: String) throws -> AccountAction? { AccountAction(try FormFields(Array(body.utf8))) }
        for spelling in [id, id.uppercased()] {
            #expect(try action("action=end&session=\(spelling)") == .end(session: id))
        }
        for other in ["", "x", id + "x", String(id.dropLast()), "%27%3B--"] {
            #expect(try action("action=end&session=\(other)") == .end(session: nil))
        }
        #expect(try action("action=end") == .end(session: nil))
        #expect(try action("action=others") == .endOthers && action("action=all") == .endAll)
    }

    @Test func `what has just been done is said by a cookie, and by no address`() {
        func done(_ cookie: String, _ facts: [(OriginalRequest.Fact, String)] = []) -> AccountPage.Message? {
            AccountView.done(OriginalRequest([(.cookie, cookie)] + facts))
        }
        #expect(done("a=b; authfcgi_done=session") == .sessionEnded)
        #expect(done("authfcgi_done=others; a=b") == .othersEnded)
        #expect(done("authfcgi_done=password") == .passwordChanged)
        for cookie in ["", "authfcgi_done=", "authfcgi_done=x", "authfcgi_done=others; authfcgi_done=password"] {
            #expect(done(cookie, [(.query, "done=password"), Self.sameOrigin]) == nil, "\(cookie)")
        }
    }

    @Test func `the cookie is the account page's, and secure as the session's is`() {
        for done in AccountView.Done.allCases {
            for (isSecure, attribute) in [(true, "; Secure"), (false, "")] {
                let response = done.response(SessionCookie(name: "sid", isSecure: isSecure))
                let headers = response.headers.map { "\($0.name.text): \($0.value.text)" }
                #expect(response.status == .seeOther && headers.contains("Location: /auth/account"), "\(headers)")
                #expect(
                    headers.contains(
                        "Set-Cookie: authfcgi_done=\(done.rawValue); Path=/auth/account\(attribute); HttpOnly; "
                            + "SameSite=Lax; Max-Age=60"), "\(headers)")
            }
        }
    }
}
