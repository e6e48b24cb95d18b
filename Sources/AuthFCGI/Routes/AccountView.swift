internal import EventLoop
internal import FoundationEssentials
internal import Sessions

/// The account page: what it shows, and where a browser goes from it.
@EventLoop
struct AccountView {
    let store: SessionStore
    let pages: Pages
    /// The least length of a new password.
    let minPasswordLength: Int

    /// Shows the page to the user of a session.
    func show(
        _ exchange: Exchange, _ session: Session, _ message: AccountPage.Message? = nil, _ status: HTTPStatus = .ok,
        headers: [(name: HeaderName, value: HeaderValue)] = []
    ) async {
        do throws(SessionStoreError) {
            let identity = session.identity
            let entries = try await store.sessions(of: identity.userID)
            let page = AccountPage(
                username: identity.username, name: identity.name, email: identity.email, groups: identity.groups,
                hasOwnPassword: try await store.user(id: identity.userID) != nil,
                minPasswordLength: minPasswordLength, sessions: Self.shown(entries, session, exchange.request),
                mayHaveMore: entries.count >= SessionStore.maxListedSessions, message: message)
            exchange.respond(pages.response(.account(page), status, to: exchange.request, headers: headers))
        } catch {
            exchange.respond(pages.unavailable(to: exchange.request))
        }
    }

    /// Answers a person who has no session, or of whom that is unknown.
    func refuse(_ refusal: SessionAccess.Refusal, _ exchange: Exchange, _ access: SessionAccess) {
        let isForm = exchange.request[.method] == "POST"
        switch refusal {
        case .notSignedIn where isForm: showSessionOver(exchange)
        case .severalCookies where isForm: showSessionOver(exchange, headers: access.expiredCookies(exchange.request))
        // The sign-in page deletes several cookies.
        case .notSignedIn, .severalCookies: exchange.respond(Self.toSignIn)
        case .undecided: exchange.respond(pages.unavailable(to: exchange.request))
        }
    }

    /// Answers a form of a person who has no session any more: the sign-in page, which says that nothing was changed.
    func showSessionOver(_ exchange: Exchange, headers: [(name: HeaderName, value: HeaderValue)] = []) {
        let page = SignInPage(target: "/auth/account", problem: .sessionOver)
        // Without WWW-Authenticate: browsers would ask for a password of their own.
        exchange.respond(pages.response(.signIn(page), .unauthorized, to: exchange.request, headers: headers))
    }

    /// Answers a form that was on a page of another session: the page of this one, which says that nothing was changed.
    func showOtherSession(_ exchange: Exchange, _ session: Session) async {
        await show(exchange, session, .otherSession, .conflict)
    }

    /// Sends a browser to the sign-in page, and back here afterwards.
    static let toSignIn = Response(.seeOther, headers: [(.location, "/auth/login?rd=/auth/account")])

    /// Sends a browser to the page.
    static let toPage = Response(.seeOther, headers: [(.location, "/auth/account")])

    // MARK: What was done

    /// What has just been done, for the page to which the browser is sent afterwards.
    enum Done: String, CaseIterable {
        case session
        case others
        case password

        var message: AccountPage.Message {
            switch self {
            case .session: .sessionEnded
            case .others: .othersEnded
            case .password: .passwordChanged
            }
        }

        /// Sends a browser to the page.
        func response(_ cookie: SessionCookie) -> Response { AccountView.doneCookie(cookie).response(rawValue) }
    }

    /// Returns what has just been done.
    static func done(_ request: OriginalRequest) -> AccountPage.Message? {
        DoneCookie.value(in: request).flatMap(Done.init(rawValue:))?.message
    }

    /// The cookie with the message, which has the attributes of the session cookie.
    nonisolated static func doneCookie(_ cookie: SessionCookie) -> DoneCookie {
        DoneCookie(path: "/auth/account", isSecure: cookie.isSecure)
    }

    // MARK: Sessions

    /// Returns the sessions to show. The list has the newest; an older one that is the request's is put before them.
    private static func shown(
        _ entries: [SessionEntry], _ session: Session, _ request: OriginalRequest
    ) -> [AccountPage.Entry] {
        let shown = entries.map { entry in
            AccountPage.Entry(
                id: entry.id, device: UserAgentName.text(entry.origin.userAgent ?? ""),
                address: entry.origin.clientAddress ?? "", label: entry.origin.label ?? "",
                createdAt: minute(entry.createdAt), lastSeenAt: minute(entry.lastSeenAt),
                isCurrent: entry.id == session.id)
        }
        guard !shown.contains(where: \.isCurrent) else { return shown }
        let current = AccountPage.Entry(
            id: session.id, device: UserAgentName.text(request.userAgent ?? ""), address: request.clientAddress ?? "",
            label: "", createdAt: minute(session.createdAt), lastSeenAt: minute(.now), isCurrent: true)
        return [current] + shown
    }

    /// Returns a time in ISO 8601, UTC, to the minute.
    private static func minute(_ date: Date) -> String { String(date.formatted(.iso8601).prefix(16)) + "Z" }
}
