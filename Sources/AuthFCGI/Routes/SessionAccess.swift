internal import EventLoop
internal import Sessions

/// Who a request is signed in as, and whether it may change something.
@EventLoop
final class SessionAccess {
    private let store: SessionStore
    private let cookie: SessionCookie
    private let audit: any AuditRecorder

    init(store: SessionStore, cookie: SessionCookie, audit: any AuditRecorder) {
        self.store = store
        self.cookie = cookie
        self.audit = audit
    }

    /// What the request offers as its token.
    func credentials(of exchange: Exchange) -> Credentials {
        exchange.request.credentials(cookieName: cookie.nameBytes)
    }

    /// Calls `body` with the session that the request is signed in with, or answers 401 or 503.
    func withSession(
        _ exchange: Exchange,
        _ body: @escaping @Sendable @EventLoop (SessionToken, Credentials.Source, Session) async -> Void
    ) {
        let (token, source): (SessionToken, Credentials.Source)
        switch credentials(of: exchange) {
        case .token(let offered, let from): (token, source) = (offered, from)
        case .none, .invalid(.bearer), .invalid(.cookie): return exchange.respond(.unauthorized())
        case .invalid(.severalCookies): return refuseSeveralCookies(exchange)
        }
        EventLoop.spawn { [store] in
            do throws(SessionStoreError) {
                guard let session = try await store.session(for: token) else {
                    return exchange.respond(.unauthorized())
                }
                await body(token, source, session)
            } catch {
                exchange.respond(.unavailable(error))
            }
        }
    }

    /// Nobody can tell which of them is meant: the browser is told to drop them all.
    func refuseSeveralCookies(_ exchange: Exchange) {
        var response = Response.unauthorized("there are several session cookies: sign in again")
        response.add(.setCookie, cookie.expired)
        exchange.respond(response)
    }

    /// Whether the request may change something: a cookie does so only for a page of this site. Answers 403 otherwise.
    func mayChange(_ exchange: Exchange, _ action: AuditAction) -> Bool {
        let request = exchange.request
        guard case .token(_, .cookie) = credentials(of: exchange), !SameOrigin.isProved(of: request) else {
            return true
        }
        audit.recordSparingly(AuditEvent(action, .refused, .otherSite), from: request.clientAddress)
        exchange.respond(
            .error(
                .forbidden, code: "cross_origin",
                message: "a cookie changes something only for a page of this site; others send the token as Bearer"))
        return false
    }

    /// The answer to who has no session here any more.
    func loggedOut(_ exchange: Exchange, hadCookie: Bool) -> Response {
        let isForm = exchange.request.mediaType == .form
        var response = isForm ? Response(.seeOther, headers: [(.location, "/")]) : Response(.noContent)
        if hadCookie { response.add(.setCookie, cookie.expired) }
        return response
    }
}
