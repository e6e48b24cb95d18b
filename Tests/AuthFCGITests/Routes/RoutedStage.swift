import EventLoop
import Logging
import Sessions

@testable import AuthFCGI

/// All routes without a protocol, with a ``LoginStage`` behind the logins and a store without a database.
@EventLoop
final class RoutedStage {
    let login = LoginStage()
    let router: Router
    /// Unix time on the sign-in page.
    var now: Int {
        get { clock.now }
        set { clock.now = newValue }
    }

    private let clock = Clock()

    static let token = LoginStage.oldToken.secretText
    static let cookie = "sid=\(token)"

    @EventLoop
    private final class Clock {
        var now = 1_000_000
    }

    init(
        _ cookie: SessionCookie = SessionCookie(name: "sid"), signIn: String = "/auth/login", origins: [WebOrigin] = []
    ) {
        // Never started, so it has no connections.
        let store = SessionStore(.init(postgreSQL: .init(url: "postgresql:///none")), log: login.effects.logger)
        let (audit, log, pages) = (login.audit, login.effects.logger, LoginStage.pages)
        let access = SessionAccess(store: store, cookie: cookie, audit: audit, refusals: nil)
        let sessions = SessionRoutes(store: store, access: access, audit: audit)
        let signOut = SignOutRoutes(sessions: sessions, access: access, pages: pages)
        router = Router(
            checks: CheckRoutes(
                store: store, cookie: cookie, audit: audit, log: log, slot: nil, refusals: nil,
                signIn: SignInAddress(url: signIn, origins: origins), pages: pages),
            signIn: SignInRoutes(
                login: login.login, access: access, sessions: sessions, pages: pages, origins: origins,
                now: { [clock] in clock.now }),
            signOut: signOut,
            logins: LoginRoutes(login: login.login, passwordChange: login.change, access: access),
            sessions: sessions,
            account: AccountRoutes(
                view: AccountView(store: store, pages: pages, minPasswordLength: 15), sessions: sessions,
                signOut: signOut, access: access, passwordChange: login.change),
            reset: ResetRoutes(flow: login.reset, audit: audit, pages: pages, cookie: cookie, minPasswordLength: 15),
            health: HealthRoutes(store: store) { true })
    }

    func ask(
        _ method: String, _ path: String, _ facts: [(OriginalRequest.Fact, String)] = [],
        question: Exchange.Question = .byPath, body: RequestBody = .whole([])
    ) -> RecordedExchange {
        let exchange = RecordedExchange(
            question, [(.method, method), (.path, path), (.clientAddress, LoginStage.address)] + facts, body: body)
        router.answer(exchange)
        return exchange
    }

    /// Sends a form, by default as a page of this site does.
    func post(
        _ path: String, _ fields: String, _ facts: [(OriginalRequest.Fact, String)] = [(.fetchSite, "same-origin")]
    ) async -> RecordedExchange {
        let type = (OriginalRequest.Fact.contentType, "application/x-www-form-urlencoded")
        let answer = ask("POST", path, [type] + facts, body: .whole(Array(fields.utf8)))
        while answer.answers.isEmpty { await Task.yield() }
        return answer
    }
}

extension RecordedExchange {
    /// The values of the headers with a name, in order.
    func headers(_ name: String) -> [String] {
        let head = answers.first?.split(separator: "\r\n\r\n", maxSplits: 1).first ?? ""
        return head.split(separator: "\r\n").filter { $0.hasPrefix("\(name): ") }.map {
            String($0.dropFirst(name.count + 2))
        }
    }

    var location: String? { headers("Location").first }
}
